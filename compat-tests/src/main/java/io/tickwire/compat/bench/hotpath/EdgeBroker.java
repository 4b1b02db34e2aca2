package io.tickwire.compat.bench.hotpath;

import io.tickwire.compat.bench.StageCounts;
import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.TickwireProcess;
import io.tickwire.edge.metrics.HistogramSnapshot;
import io.tickwire.edge.metrics.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.agrona.IoUtil;

/** A whole broker in a process of its own, its one shard spinning on a core: a feed, its journal, its ring, publishers. */
final class EdgeBroker implements AutoCloseable {
    static final String TOPIC = "bench";

    private static final String SHARD_THREAD = "tickwire-shard-";

    /** What a datagram goes through. */
    private static final Stage[] STAGES = {Stage.FEED_WIRE, Stage.FEED_PUBLISH, Stage.FEED_JOURNAL};

    private final Path channels;
    private final TickwireProcess process;

    EdgeBroker(FeedWire.Kind wire, Path scratch, int core) {
        channels = Path.of("/dev/shm", "tickwire-" + scratch.getFileName() + "-" + wire.label());
        Map<String, String> keys = new TreeMap<>(wire.brokerKeys(socket(scratch)));
        keys.put("shm.dir", channels.toString());
        keys.put("feeds.bench.group", FeedWire.GROUP);
        keys.put("feeds.bench.port", Integer.toString(FeedWire.PORT));
        keys.put("feeds.bench.protocol", "opaque");
        keys.put("feeds.bench.topic", TOPIC);
        if (core >= 0) {
            keys.put("threading.mode", "dedicated");
            keys.put("threading.cpus", Integer.toString(core));
        }
        process = TickwireProcess.start(BrokerSettings.small(), keys, "-Xms256m", "-Xmx256m");
    }

    /** Where memif's two ends meet. */
    static Path socket(Path scratch) {
        return scratch.resolve("memif");
    }

    Path channels() {
        return channels;
    }

    Path dataDirectory() {
        return process.dataDirectory();
    }

    /** Gives the shard real-time priority; true when it has it now. */
    boolean makeShardRealTime(int priority) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            for (Path thread : threads.toList()) {
                if (Files.readString(thread.resolve("comm")).startsWith(SHARD_THREAD)) {
                    return ThreadPin.realTime(priority, thread.getFileName().toString());
                }
            }
            return false;
        }
    }

    /** What the broker's clocks have counted since its start. */
    Map<Stage, HistogramSnapshot> stages() throws IOException {
        return StageCounts.read(channels, STAGES);
    }

    @Override
    public void close() {
        process.close();
        IoUtil.delete(channels.toFile(), true);
    }
}
