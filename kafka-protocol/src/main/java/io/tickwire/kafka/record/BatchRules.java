package io.tickwire.kafka.record;

/**
 * What a topic's configuration asks of an appended batch.
 *
 * @param maxBatchBytes {@code max.message.bytes}: most bytes of one whole batch
 * @param logAppendTime {@code message.timestamp.type} is LogAppendTime
 * @param timestampBeforeMaxMs {@code message.timestamp.before.max.ms}: how far a record may lie in the past
 * @param timestampAfterMaxMs {@code message.timestamp.after.max.ms}: how far a record may lie in the future
 * @param keyRequired {@code cleanup.policy} contains compact, so that every record needs a key
 */
public record BatchRules(
        int maxBatchBytes,
        boolean logAppendTime,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs,
        boolean keyRequired) {

    /** Kafka's defaults: 1 MiB and 12 bytes, CreateTime, any past, an hour ahead, no compaction. */
    public static final BatchRules DEFAULTS =
            new BatchRules(1024 * 1024 + 12, false, Long.MAX_VALUE, 3_600_000L, false);

    /** True when {@code timestampMs} lies outside what may be appended at {@code nowMs}. */
    boolean outOfRange(final long timestampMs, final long nowMs) {
        // Kafka LogValidator.recordHasInvalidTimestamp, overflow included.
        final long age = nowMs - timestampMs;
        return age > timestampBeforeMaxMs || -age > timestampAfterMaxMs;
    }
}
