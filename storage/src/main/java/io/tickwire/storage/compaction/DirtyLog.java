package io.tickwire.storage.compaction;

import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.segment.Segment;

/**
 * How much of a log could be compacted now.
 *
 * @param log the log
 * @param firstDirtyOffset where the part begins that no pass has seen
 * @param firstUncleanableOffset where the part begins that must wait; the base offset of a segment, or the end of the log
 * @param cleanBytes bytes before the dirty part
 * @param dirtyBytes bytes between the two offsets
 * @param overdue {@code max.compaction.lag.ms} has passed for a record in the dirty part
 */
record DirtyLog(
        PartitionLog log,
        long firstDirtyOffset,
        long firstUncleanableOffset,
        long cleanBytes,
        long dirtyBytes,
        boolean overdue) {

    /**
     * Looks at a log.
     *
     * <p>Source: Kafka LogCleanerManager.cleanableOffsets, maxCompactionDelay, LogToClean. Segments wait here whole: one that holds
     * the last stable offset is not begun.
     *
     * @param cleanedOffset where the last pass ended, or -1
     */
    static DirtyLog of(final PartitionLog log, final long cleanedOffset, final long nowMs) {
        final LogSettings settings = log.settings();
        final long logStart = log.logStartOffset();
        final boolean believable = cleanedOffset >= logStart && cleanedOffset <= log.logEndOffset();
        final long firstDirty = believable ? cleanedOffset : logStart;
        final long limit = log.rewrites().limit();
        final Segment[] segments = log.files().segments().snapshot();
        long uncleanable = segments.length == 0 ? log.logEndOffset() : segments[segments.length - 1].baseOffset();
        long cleanBytes = 0;
        long dirtyBytes = 0;
        boolean overdue = false;
        for (int i = 0; i < segments.length - 1; i++) { // The last one is being appended to, or could be.
            final Segment segment = segments[i];
            if (segments[i + 1].baseOffset() <= firstDirty) {
                cleanBytes += segment.bytes();
                continue;
            }
            if (!segment.isSealed() || segment.nextOffset() > limit || isTooYoung(segment, settings, nowMs)) {
                uncleanable = segment.baseOffset();
                break;
            }
            dirtyBytes += segment.bytes();
            overdue |= segment.firstTimestamp() > 0
                    && segment.firstTimestamp() < nowMs - Math.max(0, settings.maxCompactionLagMs());
        }
        return new DirtyLog(log, firstDirty, Math.max(uncleanable, firstDirty), cleanBytes, dirtyBytes, overdue);
    }

    private static boolean isTooYoung(final Segment segment, final LogSettings settings, final long nowMs) {
        final long newest = segment.maxTimestamp() >= 0 ? segment.maxTimestamp() : segment.createdMs();
        return settings.minCompactionLagMs() > 0 && newest > nowMs - settings.minCompactionLagMs();
    }

    /** Share of the dirty part. */
    double dirtyRatio() {
        final long bytes = cleanBytes + dirtyBytes;
        return bytes == 0 ? 0 : (double) dirtyBytes / bytes;
    }

    /** True when the topic's configuration wants a pass. */
    boolean isDue() {
        return dirtyBytes > 0 && (overdue || dirtyRatio() > log.settings().minCleanableRatio());
    }
}
