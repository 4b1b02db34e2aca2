package io.tickwire.edge.feed;

import io.tickwire.edge.config.FeedFirst;
import io.tickwire.edge.metrics.ShardStats;
import io.tickwire.edge.shm.ChannelPublisher;
import io.tickwire.edge.shm.ChannelRegistry;
import io.tickwire.edge.shm.RegistrySettings;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.ClaimHolder;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A feed with its journal and its ring in a process of its own, which ends as if killed once messages are published and not yet journalled.
 * Arguments: directory, name of the values, batches of two messages to journal, and where to end: {@code COMMIT} or {@code AFTER} it. Waits
 * for a line on standard input before each batch, and says when it is done.
 */
final class DyingFeed {
    static final String TOPIC = "ticks";

    private DyingFeed() {}

    public static void main(final String[] args) throws IOException {
        final Path directory = Path.of(args[0]);
        final int batches = Integer.parseInt(args[2]);
        final LogCatalog catalog = LogCatalog.open(directory.resolve("data"), CatalogOptions.defaults());
        final PartitionLog known = catalog.get(TOPIC, 0);
        final PartitionLog log =
                known != null ? known : catalog.create(new TopicKey(TOPIC, 1, 2, 0), LogSettings.defaults());
        log.bindOwner();
        final ChannelRegistry registry = ChannelRegistry.open(
                RegistrySettings.defaults(directory.resolve("shm"), directory.resolve("data"))
                        .withRingBytes(64 * 1024),
                0);
        final ChannelPublisher channel = registry.create(TOPIC, 1, 2, 0, log.logEndOffset());
        final Fatal journal = new Fatal(new LogSink(log, null, 0));
        final FeedHandler feed = new FeedHandler(
                "f",
                new MoldUdp64(),
                new OpaqueProtocol(),
                journal,
                channel,
                FeedFirst.RING,
                System::nanoTime,
                new FeedEventLog(),
                new FeedCounters(),
                ShardStats.unshared());
        say("ready " + log.logEndOffset());
        for (int i = 0; i <= batches; i++) {
            if (System.in.read() < 0) {
                break;
            }
            journal.fatal = i == batches ? args[3] : "";
            final UnsafeBuffer datagram =
                    Datagrams.mold("S1", 1 + 2L * i, args[1] + "-" + 2 * i, args[1] + "-" + (2 * i + 1));
            feed.onDatagram(datagram, 0, datagram.capacity(), 1_700_000_000_000_000_000L, 0, 0);
            feed.flush();
            say("done");
        }
        registry.close();
        catalog.close();
    }

    private static void say(final String line) {
        System.out.println(line);
        System.out.flush();
    }

    /** A log that takes the process with it. */
    private static final class Fatal implements JournalSink {
        private final JournalSink log;
        private String fatal = "";

        Fatal(final JournalSink log) {
            this.log = log;
        }

        private void dieAt(final String point) {
            if (fatal.equals(point)) {
                Runtime.getRuntime().halt(137);
            }
        }

        @Override
        public int reserve(final int length, final int wanted, final long nowMs, final ClaimHolder holder) {
            return log.reserve(length, wanted, nowMs, holder);
        }

        @Override
        public long nextOffset() {
            return log.nextOffset();
        }

        @Override
        public boolean claim(final UnsafeBuffer region) {
            return log.claim(region);
        }

        @Override
        public long commit(final int length, final long nowMs) {
            dieAt("COMMIT");
            final long offset = log.commit(length, nowMs);
            dieAt("AFTER");
            return offset;
        }

        @Override
        public void abort() {
            log.abort();
        }
    }
}
