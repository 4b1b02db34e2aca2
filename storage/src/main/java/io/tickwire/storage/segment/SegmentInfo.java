package io.tickwire.storage.segment;

/**
 * What the manifest knows of a segment.
 *
 * @param generation number of the journal directory that holds it
 * @param cycle number of the journal file
 * @param baseOffset least offset that the segment may hold
 * @param nextOffset offset after its last record
 * @param endPosition file position after its last entry
 * @param bytes bytes of its batches
 * @param firstTimestamp largest timestamp of its first batch, milliseconds, or -1
 * @param maxTimestamp largest timestamp, milliseconds, or -1
 * @param maxTimestampOffset offset of the first record with the largest timestamp, or of the last of its batch, or -1
 * @param createdMs when the segment was started, milliseconds since 1970
 * @param sealed nothing will be appended
 * @param gaps compaction has taken records out, so that offsets may be missing; otherwise each batch begins where the one before ended
 */
public record SegmentInfo(
        int generation,
        int cycle,
        long baseOffset,
        long nextOffset,
        long endPosition,
        long bytes,
        long firstTimestamp,
        long maxTimestamp,
        long maxTimestampOffset,
        long createdMs,
        boolean sealed,
        boolean gaps) {

    /** An empty segment. */
    public static SegmentInfo empty(
            final int generation, final int cycle, final long baseOffset, final long createdMs) {
        return empty(generation, cycle, baseOffset, createdMs, false);
    }

    /** An empty segment, for compaction to write to when {@code gaps}. */
    public static SegmentInfo empty(
            final int generation, final int cycle, final long baseOffset, final long createdMs, final boolean gaps) {
        return new SegmentInfo(generation, cycle, baseOffset, baseOffset, 0, 0, -1, -1, -1, createdMs, false, gaps);
    }
}
