package io.tickwire.storage.model;

import java.util.Arrays;
import java.util.Objects;
import java.util.TreeMap;

/** What a partition log should hold, kept in the simplest way: one entry per offset. */
final class LogModel {
    /**
     * One record.
     *
     * @param lastOfBatch offset of the last record of its batch
     * @param producerId -1 for a plain producer
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared by content, below.
    record Entry(long offset, long timestampMs, byte[] key, byte[] value, long lastOfBatch, long producerId) {
        boolean sameContent(Entry other) {
            return offset == other.offset
                    && timestampMs == other.timestampMs
                    && Arrays.equals(key, other.key)
                    && Arrays.equals(value, other.value);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Entry entry && sameContent(entry);
        }

        @Override
        public int hashCode() {
            return Objects.hash(offset, timestampMs);
        }

        @Override
        public String toString() {
            return "offset " + offset + " at " + timestampMs + " of " + (value == null ? -1 : value.length) + " bytes";
        }
    }

    private final TreeMap<Long, Entry> entries = new TreeMap<>();
    private long logStartOffset;
    private long logEndOffset;

    void append(Entry entry) {
        entries.put(entry.offset(), entry);
        logEndOffset = entry.offset() + 1;
    }

    /** Start of the log moved forward: DeleteRecords or retention. Records below stay readable as part of a batch that straddles it. */
    void startAt(long offset) {
        logStartOffset = offset;
        entries.headMap(offset, false).values().removeIf(entry -> entry.lastOfBatch() < offset);
    }

    Entry get(long offset) {
        return entries.get(offset);
    }

    long logStartOffset() {
        return logStartOffset;
    }

    long logEndOffset() {
        return logEndOffset;
    }

    int retained() {
        return entries.size();
    }

    /** First record at or after the log start whose timestamp is at least {@code timestampMs}, or null: ListOffsets by timestamp. */
    Entry firstAtOrAfter(long timestampMs) {
        for (Entry entry : entries.tailMap(logStartOffset, true).values()) {
            if (entry.timestampMs() >= timestampMs) {
                return entry;
            }
        }
        return null;
    }
}
