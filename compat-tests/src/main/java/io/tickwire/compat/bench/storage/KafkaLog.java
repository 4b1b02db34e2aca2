package io.tickwire.compat.bench.storage;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.FetchDataInfo;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/** Apache Kafka's own UnifiedLog with its default topic settings, appended to as a leader. */
final class KafkaLog implements LogContender {
    private static final int PRODUCER_ID_EXPIRATION_MS = 86_400_000;
    private static final int PRODUCER_ID_EXPIRATION_CHECK_MS = 600_000;

    private static final boolean CLEAN = true;

    private final File directory;
    private final KafkaScheduler scheduler = new KafkaScheduler(1);
    private final BrokerTopicStats stats = new BrokerTopicStats();
    private final ByteBuffer readBytes = ByteBuffer.allocateDirect(1 << 20);
    private final Uuid topicId = Uuid.randomUuid();
    private UnifiedLog log;

    KafkaLog(Path directory) throws IOException {
        this.directory = directory.resolve("bench-0").toFile();
        if (!this.directory.mkdirs()) {
            throw new IOException("cannot make " + this.directory);
        }
        scheduler.startup();
        log = create();
    }

    private UnifiedLog create() throws IOException {
        return UnifiedLog.create(
                directory,
                new LogConfig(new Properties()),
                0,
                log == null ? 0 : log.logEndOffset(),
                scheduler,
                stats,
                Time.SYSTEM,
                PRODUCER_ID_EXPIRATION_MS,
                new ProducerStateManagerConfig(PRODUCER_ID_EXPIRATION_MS, false),
                PRODUCER_ID_EXPIRATION_CHECK_MS,
                new LogDirFailureChannel(1),
                CLEAN,
                Optional.of(topicId));
    }

    @Override
    public String name() {
        return "kafka UnifiedLog";
    }

    @Override
    public void append(UnsafeBuffer batch, int length, long nowMs) throws IOException {
        ByteBuffer bytes = batch.byteBuffer().duplicate().limit(length).position(0);
        log.appendAsLeader(MemoryRecords.readableRecords(bytes), 0);
    }

    @Override
    public long read(long position, int maxBytes, MutableDirectBuffer target) throws IOException {
        FetchDataInfo fetched = log.read(position, maxBytes, FetchIsolation.LOG_END, true);
        FileRecords records = (FileRecords) fetched.records;
        readBytes.clear().limit(Math.min(readBytes.capacity(), records.sizeInBytes()));
        records.readInto(readBytes, 0);
        target.putBytes(0, readBytes, 0, readBytes.limit());
        return records.lastBatch().orElseThrow().nextOffset();
    }

    @Override
    public void flush() {
        log.flush(false);
    }

    @Override
    public long end() {
        return log.logEndOffset();
    }

    @Override
    public long offsetForTimestamp(long timestampMs) {
        return log.fetchOffsetByTimestamp(timestampMs, Optional.empty())
                .timestampAndOffsetOpt()
                .map(found -> found.offset)
                .orElse(-1L);
    }

    @Override
    public void shut() {
        log.close();
    }

    @Override
    public void open() throws IOException {
        log = create();
    }

    @Override
    public void close() throws IOException {
        log.close();
        try {
            scheduler.shutdown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while closing", e);
        }
    }
}
