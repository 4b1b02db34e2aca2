package io.tickwire.edge.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.shm.FrameWriter;
import io.tickwire.edge.shm.HistorySource;
import io.tickwire.edge.shm.SharedMemorySubscriber;
import io.tickwire.edge.shm.SharedRecord;
import io.tickwire.edge.shm.SubscriptionHandler;
import io.tickwire.edge.shm.SubscriptionSettings;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real journal, written by this process as the broker does and read beside it as a subscriber does. */
class JournalHistoryTest implements SubscriptionHandler {
    @TempDir
    Path directory;

    private final List<Long> offsets = new ArrayList<>();
    private final List<String> values = new ArrayList<>();
    private final List<String> gaps = new ArrayList<>();
    private JournalledTopic topic;

    @BeforeEach
    void start() throws IOException {
        topic = new JournalledTopic(directory);
    }

    @AfterEach
    void stop() throws IOException {
        topic.close();
    }

    @Override
    public void onRecord(final SharedRecord record) {
        offsets.add(record.offset());
        values.add(record.buffer().getStringWithoutLengthAscii(record.valueIndex(), record.valueLength()));
    }

    @Override
    public void onGap(final long firstMissing, final long nextOffset, final GapCause cause) {
        gaps.add(firstMissing + ".." + nextOffset + " " + cause);
    }

    private void produce(final Compression compression, final int count, final int valueBytes) {
        topic.produce(compression, count, valueBytes);
    }

    private SharedMemorySubscriber subscribe(final long start) throws IOException {
        final JournalHistory history = JournalHistory.open(topic.data, JournalledTopic.TOPIC, 0, new OpaqueProtocol());
        return SharedMemorySubscriber.open(SubscriptionSettings.live(topic.shm, JournalledTopic.TOPIC, 0, history)
                .withStart(start));
    }

    private void drain(final SharedMemorySubscriber subscriber, final int limit) {
        while (subscriber.poll(this, limit) > 0) {
            // until nothing is left
        }
    }

    private void assertDelivered(final long from, final long to) {
        assertEquals(LongStream.range(from, to).boxed().toList(), offsets);
        for (int i = 0; i < values.size(); i++) {
            assertTrue(values.get(i).startsWith("value " + (from + i) + " "), values.get(i));
        }
        assertTrue(gaps.isEmpty(), gaps.toString());
    }

    @Test
    void earliestReadsEverySegmentThenTheRing() throws IOException {
        for (int i = 0; i < 300; i++) {
            produce(Compression.NONE, 10, 1_000);
        }
        assertTrue(topic.log.files().segments().snapshot().length > 2, "several segments");
        try (SharedMemorySubscriber subscriber = subscribe(SubscriptionSettings.EARLIEST)) {
            drain(subscriber, 7);
            assertDelivered(0, 3_000);
            produce(Compression.NONE, 3, 10);
            drain(subscriber, 7);
            assertDelivered(0, 3_003);
            assertEquals(3_000, subscriber.counters().fromJournal());
        }
    }

    @Test
    void lappedSubscriberCatchesUpAcrossSegmentRolls() throws IOException {
        try (SharedMemorySubscriber subscriber = subscribe(SubscriptionSettings.LIVE)) {
            for (int round = 0; round < 40; round++) {
                for (int i = 0; i < 20; i++) {
                    produce(Compression.NONE, 10, 200 * (round % 3));
                }
                subscriber.poll(this, 150);
            }
            drain(subscriber, 1_000);
            assertDelivered(0, 8_000);
            assertTrue(subscriber.counters().laps() > 0);
        }
    }

    @Test
    void middleOfABatchIsFoundByOffset() throws IOException {
        for (int i = 0; i < 50; i++) {
            produce(Compression.NONE, 100, 100);
        }
        try (SharedMemorySubscriber subscriber = subscribe(1_234)) {
            drain(subscriber, 64);
            assertDelivered(1_234, 5_000);
        }
    }

    @Test
    void compressedBatchesComeOutOfTheJournalInTheirPlace() throws IOException {
        try (SharedMemorySubscriber subscriber = subscribe(SubscriptionSettings.LIVE)) {
            produce(Compression.NONE, 2, 10);
            produce(Compression.gzip().build(), 500, 300);
            produce(Compression.NONE, 2, 10);
            produce(Compression.lz4().build(), 5, 10);
            produce(Compression.snappy().build(), 5, 10);
            produce(Compression.zstd().build(), 5, 10);
            drain(subscriber, 50);
            assertDelivered(0, 519);
            assertEquals(4, topic.publisher.channel().inJournalCount());
        }
    }

    @Test
    void damagedBatchIsNotDelivered() throws IOException {
        damageThird("value 25 ", 0, 'V');
    }

    /** The batch's own checksum does not cover it. */
    @Test
    void batchWithAnotherOffsetIsNotDelivered() throws IOException {
        final int beforeFirstValue = RecordBatchFlyweight.HEADER_BYTES + bytesBeforeValue();
        damageThird("value 20 ", Long.BYTES - 1 - beforeFirstValue, 22);
    }

    /** Length, attributes, both deltas, key length and value length, two bytes where a varint is above 63. */
    private static int bytesBeforeValue() {
        return 2 + 1 + 1 + 1 + 1 + 2;
    }

    private void damageThird(final String near, final int distance, final int to) throws IOException {
        for (int i = 0; i < 3; i++) {
            produce(Compression.NONE, 10, 100);
        }
        final Path file = topic.log.files().segments().snapshot()[0].dataFile();
        final byte[] bytes = Files.readAllBytes(file);
        final int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(near) + distance;
        assertTrue(bytes[at] == 20 || bytes[at] == 'v', "the byte is another one: " + bytes[at]);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertEquals(1, channel.write(ByteBuffer.wrap(new byte[] {(byte) to}), at));
        }
        try (JournalHistory history = JournalHistory.open(topic.data, JournalledTopic.TOPIC, 0, new OpaqueProtocol())) {
            assertEquals(20, history.read(0, 30, 100, new ForgettingSink()));
            assertEquals(20, history.read(20, 30, 100, new ForgettingSink()));
        }
    }

    /** Only the offsets that {@code read} returns are of interest. */
    private static final class ForgettingSink implements HistorySource.Sink {
        private final FrameWriter frame = new FrameWriter();

        @Override
        public FrameWriter begin(final int keyLength, final int valueLength, final int headersLength) {
            return frame.wrap(new UnsafeBuffer(new byte[4096]), 0, keyLength, valueLength, headersLength);
        }

        @Override
        public void end() {
            // Nothing is kept.
        }
    }

    @Test
    void noJournalIsAnError() {
        assertThrows(IOException.class, () -> JournalHistory.open(topic.data, "absent", 0, new OpaqueProtocol()));
    }
}
