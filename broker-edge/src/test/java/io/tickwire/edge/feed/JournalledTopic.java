package io.tickwire.edge.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickwire.edge.shm.ChannelRegistry;
import io.tickwire.edge.shm.RegistrySettings;
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
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;

/** A topic-partition with a real journal (segments of 1 MiB) and a channel of 64 KiB, written by this thread as the broker does. */
final class JournalledTopic implements AutoCloseable {
    static final String TOPIC = "ticks";
    static final long NOW_MS = 1_700_000_000_000L;
    static final TopicKey KEY = new TopicKey(TOPIC, 1, 2, 0);

    final Path data;
    final Path shm;
    private final AppendResult result = new AppendResult();
    LogCatalog catalog;
    PartitionLog log;
    ChannelRegistry registry;
    AppendPublisher publisher;

    JournalledTopic(final Path directory) throws IOException {
        data = directory.resolve("data");
        shm = directory.resolve("shm");
        catalog = LogCatalog.open(data, CatalogOptions.defaults());
        log = catalog.create(KEY, LogSettings.fromKafka(Map.of("segment.bytes", Integer.toString(1 << 20))));
        publish();
    }

    private void publish() {
        registry = ChannelRegistry.open(RegistrySettings.defaults(shm, data).withRingBytes(64 * 1024), 0);
        publisher = new AppendPublisher(registry.create(TOPIC, 1, 2, 0, log.logEndOffset()), System::nanoTime);
        log.bindOwner();
        log.appendListener(publisher);
    }

    /** As a broker that is stopped and started. */
    void restart() throws IOException {
        close();
        catalog = LogCatalog.open(data, CatalogOptions.defaults());
        log = catalog.get(TOPIC, 0);
        publish();
    }

    /** Appends a batch of records whose values are "value OFFSET " and as many x. */
    void produce(final Compression compression, final int count, final int valueBytes) {
        final ByteBuffer memory = ByteBuffer.allocate(4 << 20);
        try (MemoryRecordsBuilder builder =
                MemoryRecords.builder(memory, RecordBatch.MAGIC_VALUE_V2, compression, TimestampType.CREATE_TIME, 0L)) {
            for (int i = 0; i < count; i++) {
                final String value = "value " + (log.logEndOffset() + i) + " ";
                builder.append(NOW_MS, null, (value + "x".repeat(valueBytes)).getBytes(StandardCharsets.US_ASCII));
            }
            append(builder.build().buffer());
        }
    }

    void append(final ByteBuffer batch) {
        final UnsafeBuffer bytes = new UnsafeBuffer(batch);
        assertEquals(KafkaErrors.NONE, log.append(bytes, 0, batch.remaining(), AppendOrigin.CLIENT, 0, NOW_MS, result));
    }

    @Override
    public void close() throws IOException {
        registry.close();
        catalog.close();
    }
}
