package io.tickwire.edge.shm;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;

/** A broker's directory with one channel, and a journal in memory that keeps everything published through it. */
final class ShmFixture implements AutoCloseable {
    static final String TOPIC = "ticks";
    static final int RING_BYTES = 64 * 1024;

    final Path directory;
    final InMemoryJournal journal = new InMemoryJournal();
    ChannelRegistry registry;
    ChannelPublisher channel;
    private long topicId = 7;

    ShmFixture(final Path directory) {
        this.directory = directory;
        start();
    }

    void start() {
        registry = ChannelRegistry.open(
                RegistrySettings.defaults(directory, directory).withRingBytes(RING_BYTES), 1_000_000L);
        channel = registry.create(TOPIC, topicId, 9, 0, journal.endOffset());
    }

    void restart() {
        registry.close();
        start();
    }

    void recreateTopic() {
        registry.close(channel);
        journal.records.clear();
        journal.end = 0;
        topicId++;
        channel = registry.create(TOPIC, topicId, 9, 0, 0);
    }

    /** Journals and publishes one record. */
    long publish(final String key, final String value) {
        return publish(key, value, 0);
    }

    long publish(final String key, final String value, final int flags) {
        final long offset = journal.append(key, value, flags);
        final byte[] keyBytes = key == null ? new byte[0] : key.getBytes(StandardCharsets.US_ASCII);
        final byte[] valueBytes = value == null ? new byte[0] : value.getBytes(StandardCharsets.US_ASCII);
        final FrameWriter frame =
                channel.claim(key == null ? -1 : keyBytes.length, value == null ? -1 : valueBytes.length, 0);
        if (frame == null) {
            channel.publishInJournal(offset, offset);
            return offset;
        }
        frame.identity(offset, offset + 1)
                .stamps(1, 2, 3, 4)
                .addFlags(flags)
                .key(new UnsafeBuffer(keyBytes), 0)
                .value(new UnsafeBuffer(valueBytes), 0);
        channel.commit(offset + 1);
        return offset;
    }

    void publishMany(final int count) {
        for (int i = 0; i < count; i++) {
            publish("SYM" + (i % 10) + "    ", "value-" + i);
        }
    }

    SubscriptionSettings live(final SubscriptionPolicy policy) {
        final HistorySource history =
                policy == SubscriptionPolicy.SKIP || policy == SubscriptionPolicy.DISCONNECT ? null : journal;
        return SubscriptionSettings.live(directory, TOPIC, 0, history).withPolicy(policy);
    }

    @Override
    public void close() {
        registry.close();
    }

    /** Offsets that are absent hold no record. */
    static final class InMemoryJournal implements HistorySource {
        record Entry(String key, String value, int flags) {}

        final TreeMap<Long, Entry> records = new TreeMap<>();
        long start;
        long end;
        boolean unreadable;

        long append(final String key, final String value, final int flags) {
            records.put(end, new Entry(key, value, flags));
            return end++;
        }

        @Override
        public long read(final long fromOffset, final long toOffset, final int limit, final Sink sink) {
            if (unreadable) {
                return fromOffset;
            }
            int count = 0;
            for (final Map.Entry<Long, Entry> e :
                    records.subMap(fromOffset, toOffset).entrySet()) {
                if (count++ == limit) {
                    return e.getKey();
                }
                final byte[] key =
                        e.getValue().key() == null ? null : e.getValue().key().getBytes(StandardCharsets.US_ASCII);
                final byte[] value = e.getValue().value().getBytes(StandardCharsets.US_ASCII);
                final FrameWriter frame = sink.begin(key == null ? -1 : key.length, value.length, 0);
                frame.identity(e.getKey(), e.getKey() + 1)
                        .stamps(1, 2, 3, 0)
                        .addFlags(e.getValue().flags())
                        .value(new UnsafeBuffer(value), 0);
                if (key != null) {
                    frame.key(new UnsafeBuffer(key), 0);
                }
                sink.end();
            }
            return Math.min(toOffset, end);
        }

        @Override
        public long startOffset() {
            return start;
        }

        long endOffset() {
            return end;
        }

        @Override
        public void reopen() {}

        @Override
        public void close() {}
    }
}
