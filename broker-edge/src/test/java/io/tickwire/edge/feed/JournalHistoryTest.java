package io.tickwire.edge.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.shm.ChannelRegistry;
import io.tickwire.edge.shm.RegistrySettings;
import io.tickwire.edge.shm.SharedMemorySubscriber;
import io.tickwire.edge.shm.SharedRecord;
import io.tickwire.edge.shm.SubscriptionHandler;
import io.tickwire.edge.shm.SubscriptionSettings;
import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.AppendOrigin;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real journal, written by this process as the broker does and read beside it as a subscriber does. */
class JournalHistoryTest implements SubscriptionHandler {
    private static final long NOW_MS = 1_700_000_000_000L;
    private static final String TOPIC = "ticks";

    @TempDir
    Path directory;

    private final List<Long> offsets = new ArrayList<>();
    private final List<String> values = new ArrayList<>();
    private final List<String> gaps = new ArrayList<>();
    private final AppendResult result = new AppendResult();
    private LogCatalog catalog;
    private PartitionLog log;
    private ChannelRegistry registry;
    private AppendPublisher publisher;

    @BeforeEach
    void start() throws IOException {
        catalog = LogCatalog.open(directory.resolve("data"), CatalogOptions.defaults());
        log = catalog.create(
                new TopicKey(TOPIC, 1, 2, 0),
                LogSettings.fromKafka(Map.of("segment.bytes", Integer.toString(1 << 20))));
        registry = ChannelRegistry.open(
                RegistrySettings.defaults(directory.resolve("shm"), directory.resolve("data"))
                        .withRingBytes(64 * 1024),
                0);
        publisher = new AppendPublisher(registry.create(TOPIC, 1, 2, 0, 0), System::nanoTime);
        log.bindOwner();
        log.appendListener(publisher);
    }

    @AfterEach
    void stop() throws IOException {
        registry.close();
        catalog.close();
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
        final ByteBuffer memory = ByteBuffer.allocate(4 << 20);
        try (MemoryRecordsBuilder builder =
                MemoryRecords.builder(memory, RecordBatch.MAGIC_VALUE_V2, compression, TimestampType.CREATE_TIME, 0L)) {
            for (int i = 0; i < count; i++) {
                final String value = "value " + (log.logEndOffset() + i) + " ";
                builder.append(NOW_MS, null, (value + "x".repeat(valueBytes)).getBytes(StandardCharsets.US_ASCII));
            }
            final ByteBuffer batch = builder.build().buffer();
            final UnsafeBuffer bytes = new UnsafeBuffer(batch);
            assertEquals(
                    KafkaErrors.NONE, log.append(bytes, 0, batch.remaining(), AppendOrigin.CLIENT, 0, NOW_MS, result));
        }
    }

    private SharedMemorySubscriber subscribe(final long start) throws IOException {
        final JournalHistory history = JournalHistory.open(directory.resolve("data"), TOPIC, 0, new OpaqueProtocol());
        return SharedMemorySubscriber.open(SubscriptionSettings.live(directory.resolve("shm"), TOPIC, 0, history)
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
        assertTrue(log.files().segments().snapshot().length > 2, "several segments");
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
            assertEquals(4, publisher.channel().inJournalCount());
        }
    }

    @Test
    void noJournalIsAnError() {
        assertThrows(
                IOException.class,
                () -> JournalHistory.open(directory.resolve("data"), "absent", 0, new OpaqueProtocol()));
    }
}
