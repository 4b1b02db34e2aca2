package io.tickwire.compat.bench.clients;

import io.tickwire.compat.bench.StageCounts;
import io.tickwire.edge.metrics.HistogramSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/** What Tickwire's own clocks say of the requests between two moments: its share of what the clients see. */
final class BrokerStages {
    /** A stage of a shard's work that a client waits for. */
    enum Stage {
        /** A Produce request, from the duty cycle that takes it in to its answer in the socket. */
        PRODUCE(io.tickwire.edge.metrics.Stage.PRODUCE, "Produce taken in → answered"),
        /** A waiting Fetch, from the duty cycle of the append to its answer in the socket. */
        WAKEUP(io.tickwire.edge.metrics.Stage.FETCH_WAKEUP, "Produce taken in → waiting Fetch answered");

        private final io.tickwire.edge.metrics.Stage stage;
        private final String label;

        Stage(io.tickwire.edge.metrics.Stage stage, String label) {
            this.stage = stage;
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    private final Map<Stage, HistogramSnapshot> counts;

    private BrokerStages(Map<Stage, HistogramSnapshot> counts) {
        this.counts = counts;
    }

    /** Returns nothing counted. */
    static BrokerStages none() {
        return new BrokerStages(new EnumMap<>(Stage.class));
    }

    /** Reads what a broker has counted since its start; {@code directory} is that of its shared memory. */
    static BrokerStages read(Path directory) {
        try {
            Map<io.tickwire.edge.metrics.Stage, HistogramSnapshot> counted =
                    StageCounts.read(directory, Stage.PRODUCE.stage, Stage.WAKEUP.stage);
            BrokerStages read = none();
            for (Stage stage : Stage.values()) {
                read.counts.put(stage, counted.get(stage.stage));
            }
            return read;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns what was counted from an earlier moment on. */
    BrokerStages since(BrokerStages before) {
        BrokerStages between = none();
        counts.forEach((stage, count) -> between.counts.put(stage, count.since(before.of(stage))));
        return between;
    }

    BrokerStages plus(BrokerStages other) {
        BrokerStages sum = none();
        for (Stage stage : Stage.values()) {
            sum.counts.put(stage, of(stage).plus(other.of(stage)));
        }
        return sum;
    }

    HistogramSnapshot of(Stage stage) {
        return counts.getOrDefault(stage, HistogramSnapshot.empty());
    }
}
