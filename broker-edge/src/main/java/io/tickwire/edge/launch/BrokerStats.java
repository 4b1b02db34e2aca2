package io.tickwire.edge.launch;

import io.tickwire.edge.config.TickwireConfig;
import io.tickwire.edge.metrics.StatsFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a broker's statistics file lies: {@code shm.dir/stats-PID-N}, in memory as a rule, where no disk holds a writer up. */
final class BrokerStats {
    static final String PREFIX = "stats-";

    private static final Logger LOG = LoggerFactory.getLogger(BrokerStats.class);
    private static final AtomicInteger BROKERS = new AtomicInteger();

    private BrokerStats() {}

    /** Makes the file; where that fails the broker counts for its metrics only. */
    static StatsFile create(TickwireConfig config) {
        Path directory = config.shm().dir();
        int shards = config.threading().shards();
        try {
            removeStale(directory);
            return StatsFile.create(
                    directory.resolve(PREFIX + ProcessHandle.current().pid() + '-' + BROKERS.getAndIncrement()),
                    shards);
        } catch (IOException e) {
            LOG.warn("tickwire stats will not see this broker: no statistics file in {}: {}", directory, e.toString());
            return StatsFile.inMemory(shards);
        }
    }

    private static void removeStale(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, PREFIX + '*')) {
            for (Path file : files) {
                if (ProcessHandle.of(processOf(file)).isEmpty()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** The process id in a file's name; -1 when there is none. */
    static long processOf(Path file) {
        String[] parts = file.getFileName().toString().split("-", -1);
        try {
            return Long.parseLong(parts[1]);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
