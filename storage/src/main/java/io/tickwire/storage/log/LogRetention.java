package io.tickwire.storage.log;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.segment.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what a log need not keep: whole segments from its start, by age, by size and below the log start offset. Any thread,
 * one at a time; blocks on the disk.
 *
 * <p>Source: Kafka UnifiedLog.deleteOldSegments, maybeIncrementLogStartOffset.
 */
final class LogRetention {
    private static final Logger LOGGER = LoggerFactory.getLogger(LogRetention.class);

    /** DeleteRecords: everything up to the high watermark. */
    private static final long HIGH_WATERMARK = -1;

    private final LogFiles files;
    private final LongConsumer beforeStartMoves;
    private long deletedSegments;

    /**
     * Retention of one log.
     *
     * @param beforeStartMoves told the new start before any record below it becomes out of reach, for example of what would have
     *     to be read again after a crash
     */
    LogRetention(final LogFiles files, final LongConsumer beforeStartMoves) {
        this.files = files;
        this.beforeStartMoves = beforeStartMoves;
    }

    private void moveStart(final long offset) {
        if (offset > files.offsets().logStart()) {
            beforeStartMoves.accept(offset);
            files.offsets().logStart(offset);
        }
    }

    /** Segments deleted so far. */
    synchronized long deletedSegments() {
        return deletedSegments;
    }

    /** True when the segment being appended to is as old as what retention deletes: then it should be rolled. */
    static boolean isExpired(final Segment segment, final LogSettings settings, final long nowMs) {
        return settings.delete()
                && settings.retentionMs() >= 0
                && segment.bytes() > 0
                && nowMs - largestTimestamp(segment) > settings.retentionMs();
    }

    private static long largestTimestamp(final Segment segment) {
        return segment.maxTimestamp() >= 0 ? segment.maxTimestamp() : segment.createdMs();
    }

    /** Deletes what the configuration says; the number of segments. */
    synchronized int enforce(final LogSettings settings, final long nowMs) {
        final Segment[] segments = files.segments().snapshot();
        long excess = settings.delete() && settings.retentionBytes() >= 0
                ? totalBytes(segments) - settings.retentionBytes()
                : -1;
        final List<Segment> doomed = new ArrayList<>();
        for (final Segment segment : segments) {
            final boolean superfluous = excess - segment.bytes() >= 0;
            if (!segment.isSealed()
                    || segment.nextOffset() > files.offsets().highWatermark()
                    || !(superfluous
                            || isExpired(segment, settings, nowMs)
                            || segment.nextOffset() <= files.offsets().logStart())) {
                break;
            }
            excess -= segment.bytes();
            doomed.add(segment);
        }
        remove(doomed);
        return doomed.size();
    }

    private static long totalBytes(final Segment[] segments) {
        long bytes = 0;
        for (final Segment segment : segments) {
            bytes += segment.bytes();
        }
        return bytes;
    }

    /** First the manifest forgets them, then the files go: a crash in between leaves strays that recovery removes. */
    private void remove(final List<Segment> doomed) {
        if (doomed.isEmpty()) {
            return;
        }
        moveStart(doomed.getLast().nextOffset());
        try {
            files.remove(doomed);
            for (final Segment segment : doomed) {
                segment.delete();
                deletedSegments++;
            }
            doomed.stream().mapToInt(Segment::generation).distinct().forEach(files::removeIfEmpty);
        } catch (final IOException e) {
            LOGGER.warn("deleting segments of {}", files.directory(), e);
        }
    }

    /** DeleteRecords. */
    synchronized short deleteBefore(final long offset, final LogSettings settings, final TimestampResult out) {
        final LogOffsets offsets = files.offsets();
        final long wanted = offset == HIGH_WATERMARK ? offsets.highWatermark() : offset;
        out.set(offsets.logStart(), -1, -1);
        if (!settings.delete()) {
            return KafkaErrors.POLICY_VIOLATION;
        }
        if (wanted < 0 || wanted > offsets.highWatermark()) {
            return KafkaErrors.OFFSET_OUT_OF_RANGE;
        }
        if (wanted > offsets.logStart()) {
            moveStart(wanted);
            try {
                files.persist(settings.syncBeforeAck());
            } catch (final IOException e) {
                LOGGER.error("log start of {}", files.directory(), e);
                return KafkaErrors.KAFKA_STORAGE_ERROR;
            }
            enforce(settings, Long.MIN_VALUE / 2);
        }
        out.set(offsets.logStart(), -1, -1);
        return KafkaErrors.NONE;
    }
}
