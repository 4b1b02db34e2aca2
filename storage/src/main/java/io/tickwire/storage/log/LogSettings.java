package io.tickwire.storage.log;

import io.tickwire.kafka.record.BatchRules;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * What a topic's configuration means to its logs. Names and defaults are Kafka's.
 *
 * @param segmentBytes {@code segment.bytes}
 * @param segmentMs {@code segment.ms}, or {@code max.compaction.lag.ms} where that is shorter and the topic is compacted
 * @param retentionBytes {@code retention.bytes}, -1 for no limit
 * @param retentionMs {@code retention.ms}, -1 for no limit
 * @param indexIntervalBytes {@code index.interval.bytes}
 * @param flushMessages {@code flush.messages}: 1 waits for the device before acknowledging
 * @param flushMs {@code flush.ms}
 * @param delete {@code cleanup.policy} contains delete
 * @param compact {@code cleanup.policy} contains compact
 * @param deleteRetentionMs {@code delete.retention.ms}
 * @param minCompactionLagMs {@code min.compaction.lag.ms}
 * @param maxCompactionLagMs {@code max.compaction.lag.ms}
 * @param minCleanableRatio {@code min.cleanable.dirty.ratio}
 * @param producerExpirationMs the broker's {@code producer.id.expiration.ms}
 * @param compression codec and level of {@code compression.type}; empty for {@code producer}: batches stay as they come
 * @param rules what is asked of each batch
 */
public record LogSettings(
        int segmentBytes,
        long segmentMs,
        long retentionBytes,
        long retentionMs,
        int indexIntervalBytes,
        long flushMessages,
        long flushMs,
        boolean delete,
        boolean compact,
        long deleteRetentionMs,
        long minCompactionLagMs,
        long maxCompactionLagMs,
        double minCleanableRatio,
        long producerExpirationMs,
        Optional<Compression> compression,
        BatchRules rules) {

    private static final long DEFAULT_PRODUCER_EXPIRATION_MS = 86_400_000;
    private static final LogSettings DEFAULTS = fromKafka(Map.of());

    /** Kafka's defaults. */
    public static LogSettings defaults() {
        return DEFAULTS;
    }

    /** Reads a topic's configuration by Kafka's names; missing keys take Kafka's defaults, unknown ones are ignored. */
    public static LogSettings fromKafka(final Map<String, String> topicConfig) {
        return fromKafka(new LogConfig(topicConfig));
    }

    /** Takes over a configuration that Kafka's own class has parsed. */
    public static LogSettings fromKafka(final LogConfig config) {
        final BatchRules rules = new BatchRules(
                config.maxMessageSize(),
                config.messageTimestampType == TimestampType.LOG_APPEND_TIME,
                config.messageTimestampBeforeMaxMs,
                config.messageTimestampAfterMaxMs,
                config.compact);
        return new LogSettings(
                config.segmentSize(),
                config.maxSegmentMs(),
                config.retentionSize,
                config.retentionMs,
                Math.max(1, config.indexInterval),
                config.flushInterval,
                config.flushMs,
                config.delete,
                config.compact,
                config.deleteRetentionMs,
                config.compactionLagMs,
                config.maxCompactionLagMs,
                config.minCleanableRatio,
                DEFAULT_PRODUCER_EXPIRATION_MS,
                config.compression,
                rules);
    }

    /** True when an acknowledgement waits until the device has the data. */
    public boolean syncBeforeAck() {
        return flushMessages == 1;
    }

    /** These settings with another segment size. */
    public LogSettings withSegmentBytes(final int bytes) {
        return new LogSettings(
                bytes,
                segmentMs,
                retentionBytes,
                retentionMs,
                indexIntervalBytes,
                flushMessages,
                flushMs,
                delete,
                compact,
                deleteRetentionMs,
                minCompactionLagMs,
                maxCompactionLagMs,
                minCleanableRatio,
                producerExpirationMs,
                compression,
                rules);
    }

    /** These settings with another time after which silent producers are forgotten. */
    public LogSettings withProducerExpirationMs(final long ms) {
        return new LogSettings(
                segmentBytes,
                segmentMs,
                retentionBytes,
                retentionMs,
                indexIntervalBytes,
                flushMessages,
                flushMs,
                delete,
                compact,
                deleteRetentionMs,
                minCompactionLagMs,
                maxCompactionLagMs,
                minCleanableRatio,
                ms,
                compression,
                rules);
    }
}
