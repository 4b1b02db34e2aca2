package io.tickwire.compat.bench.hotpath;

import io.tickwire.edge.config.FeedFirst;
import io.tickwire.edge.feed.FeedCounters;
import io.tickwire.edge.feed.FeedEvents;
import io.tickwire.edge.feed.FeedFormats;
import io.tickwire.edge.feed.FeedHandler;
import io.tickwire.edge.feed.LogSink;
import io.tickwire.edge.metrics.ShardStats;
import io.tickwire.edge.shm.ChannelPublisher;
import io.tickwire.edge.shm.ChannelRegistry;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.LogPretoucher;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.nio.file.Path;
import org.agrona.DirectBuffer;
import org.agrona.IoUtil;

/**
 * A frame as the shard handles it, from the datagram on: framing, ring and RecordBatch into the journal, in either order, all of it the
 * broker's own {@link FeedHandler}. Each message is a datagram of its own; a duty cycle takes as many as are due.
 */
final class TickwireFeedContender implements Contender {
    /** As many as a transport delivers in one duty cycle at most. */
    private static final int DATAGRAMS_PER_CYCLE = 64;

    private final TickwireRingContender ring = new TickwireRingContender();
    private final FeedFirst first;

    TickwireFeedContender(FeedFirst first) {
        this.first = first;
    }

    @Override
    public String name() {
        return first == FeedFirst.RING ? "tickwire-journal" : "tickwire-journal1st";
    }

    @Override
    public Publisher publisher(Path directory, int maxMessageBytes) throws IOException {
        ChannelRegistry registry = TickwireRingContender.registry(directory);
        ChannelPublisher channel = registry.create(TickwireRingContender.TOPIC, 1, 2, 0, 0);
        LogCatalog catalog = LogCatalog.open(directory.resolve("data"), CatalogOptions.defaults());
        LogPretoucher pretoucher = new LogPretoucher();
        Thread ahead = new Thread(pretoucher, "pretoucher");
        ahead.setDaemon(true);
        ahead.start();
        catalog.pretoucher(pretoucher);
        PartitionLog log = catalog.create(new TopicKey(TickwireRingContender.TOPIC, 1, 2, 0), LogSettings.defaults());
        log.bindOwner();
        FeedHandler handler = new FeedHandler(
                "bench",
                FeedFormats.framing("raw"),
                FeedFormats.protocol("opaque"),
                new LogSink(log, null, 0),
                channel,
                first,
                System::nanoTime,
                new NoEvents(),
                new FeedCounters(),
                ShardStats.unshared());
        return new Publisher() {
            private int datagrams;

            @Override
            public boolean offer(DirectBuffer message, int length) {
                handler.onDatagram(message, 0, length, System.nanoTime(), 0, 0);
                if (++datagrams == DATAGRAMS_PER_CYCLE) {
                    idle();
                }
                return true;
            }

            // The end of a duty cycle.
            @Override
            public void idle() {
                datagrams = 0;
                handler.flush();
            }

            @Override
            public void close() throws IOException {
                registry.close();
                catalog.close();
                pretoucher.close();
                IoUtil.delete(TickwireRingContender.channels(directory).toFile(), true);
            }
        };
    }

    @Override
    public Subscriber subscriber(Path directory, int maxMessageBytes) {
        return ring.subscriber(directory, maxMessageBytes);
    }

    /** A raw feed has no sequences and no sessions: nothing can happen but a refusal, which the receiver counts as lost. */
    private static final class NoEvents implements FeedEvents {
        @Override
        public void onGap(
                String feed, String session, long firstSequence, long count, GapCause cause, long receiveEpochNs) {
            // Counted by the receiver.
        }

        @Override
        public void onSessionChange(String feed, String session, long firstSequence) {
            // No sessions.
        }

        @Override
        public void onEndOfSession(String feed, String session, long nextSequence) {
            // No sessions.
        }
    }
}
