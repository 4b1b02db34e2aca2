package io.tickwire.compat.bench.hotpath;

import io.tickwire.edge.shm.ChannelPublisher;
import io.tickwire.edge.shm.ChannelRegistry;
import io.tickwire.edge.shm.FrameWriter;
import io.tickwire.edge.shm.RegistrySettings;
import io.tickwire.edge.shm.SharedMemorySubscriber;
import io.tickwire.edge.shm.SharedRecord;
import io.tickwire.edge.shm.SubscriptionHandler;
import io.tickwire.edge.shm.SubscriptionSettings;
import java.io.IOException;
import java.nio.file.Path;
import org.agrona.DirectBuffer;
import org.agrona.IoUtil;

/** Tickwire's shared-memory channel alone, without the journal behind it: a ring of the default 8 MiB, Java subscriber. */
final class TickwireRingContender implements Contender {
    static final String TOPIC = "bench";
    static final int RING_BYTES = 8 << 20;

    private static final int POLL_LIMIT = 64;

    @Override
    public String name() {
        return "tickwire-ring";
    }

    static Path channels(Path directory) {
        return Path.of("/dev/shm", "tickwire-" + directory.getFileName());
    }

    static ChannelRegistry registry(Path directory) {
        return ChannelRegistry.open(
                RegistrySettings.defaults(channels(directory), directory).withRingBytes(RING_BYTES), 0);
    }

    @Override
    public Publisher publisher(Path directory, int maxMessageBytes) {
        ChannelRegistry registry = registry(directory);
        ChannelPublisher channel = registry.create(TOPIC, 1, 2, 0, 0);
        return new Publisher() {
            private long offset;

            @Override
            public boolean offer(DirectBuffer message, int length) {
                long nowNs = System.nanoTime();
                FrameWriter frame = channel.claim(-1, length, 0);
                frame.identity(offset, offset).stamps(0, 0, nowNs, nowNs);
                frame.value(message, 0);
                channel.commit(++offset);
                return true;
            }

            @Override
            public void close() throws IOException {
                registry.close(channel);
                registry.close();
                IoUtil.delete(channels(directory).toFile(), true);
            }
        };
    }

    @Override
    public Subscriber subscriber(Path directory, int maxMessageBytes) {
        SharedMemorySubscriber subscriber =
                SharedMemorySubscriber.open(SubscriptionSettings.live(channels(directory), TOPIC, 0, null));
        return new RingSubscriber(subscriber);
    }

    /** Adapts a subscription to the benchmark's handler; gaps show as lost messages. */
    static final class RingSubscriber implements Subscriber, SubscriptionHandler {
        private final SharedMemorySubscriber subscriber;
        private Handler handler;

        RingSubscriber(SharedMemorySubscriber subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public int poll(Handler to) {
            handler = to;
            return subscriber.poll(this, POLL_LIMIT);
        }

        @Override
        public void onRecord(SharedRecord record) {
            handler.onMessage(record.buffer(), record.valueIndex(), record.valueLength());
        }

        @Override
        public void onGap(long firstMissing, long nextOffset, GapCause cause) {
            // Counted by the receiver, which knows what was sent.
        }

        @Override
        public void close() {
            subscriber.close();
        }
    }
}
