package io.tickwire.compat.bench;

import io.tickwire.edge.metrics.HistogramSnapshot;
import io.tickwire.edge.metrics.Stage;
import io.tickwire.edge.metrics.StatsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;

/** What a broker of one shard has counted of its stages since its start. */
public final class StageCounts {
    private StageCounts() {}

    /** Reads some stages; {@code channels} is the directory of the broker's shared memory. */
    public static Map<Stage, HistogramSnapshot> read(Path channels, Stage... wanted) throws IOException {
        try (Stream<Path> files = Files.list(channels)) {
            Path file = files.filter(path -> path.getFileName().toString().startsWith("stats-"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no statistics in " + channels));
            Map<Stage, HistogramSnapshot> stages = new EnumMap<>(Stage.class);
            try (StatsFile stats = StatsFile.open(file)) {
                for (Stage stage : wanted) {
                    stages.put(stage, stats.snapshot(stage));
                }
            }
            return stages;
        }
    }
}
