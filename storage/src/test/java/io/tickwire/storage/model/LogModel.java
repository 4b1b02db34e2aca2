package io.tickwire.storage.model;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/** What a partition log should hold, kept in the simplest way: batches of records by their first offset. */
final class LogModel {
    /** One record. */
    @SuppressWarnings("ArrayRecordComponent") // Compared by content, below.
    record Entry(long offset, long timestampMs, byte[] key, byte[] value) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Entry entry
                    && offset == entry.offset
                    && timestampMs == entry.timestampMs
                    && Arrays.equals(key, entry.key)
                    && Arrays.equals(value, entry.value);
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

    /** A batch; its records go one by one, its offsets stay. */
    private static final class Batch {
        private final long firstOffset;
        private final long lastOffset;
        private final boolean marker;
        private final List<Entry> records;
        private boolean aborted;
        private long deleteHorizonMs = -1;

        Batch(List<Entry> records, boolean marker) {
            this.records = new ArrayList<>(records);
            this.firstOffset = records.getFirst().offset();
            this.lastOffset = records.getLast().offset();
            this.marker = marker;
        }
    }

    private final TreeMap<Long, Batch> batches = new TreeMap<>();
    private final Map<Long, List<Batch>> open = new HashMap<>();
    private long logStartOffset;
    private long logEndOffset;

    /** A batch of a plain or idempotent producer. */
    void append(List<Entry> records) {
        add(new Batch(records, false));
    }

    /** A batch in a transaction of {@code producerId}. */
    void appendInTransaction(List<Entry> records, long producerId) {
        Batch batch = new Batch(records, false);
        open.computeIfAbsent(producerId, id -> new ArrayList<>()).add(batch);
        add(batch);
    }

    /** The marker that ends the transaction of {@code producerId}. */
    void endTransaction(Entry marker, long producerId, boolean abort) {
        open.remove(producerId).forEach(batch -> batch.aborted = abort);
        add(new Batch(List.of(marker), true));
    }

    private void add(Batch batch) {
        batches.put(batch.firstOffset, batch);
        logEndOffset = batch.lastOffset + 1;
    }

    boolean isOpen(long producerId) {
        return open.containsKey(producerId);
    }

    long lastStableOffset() {
        long firstOpen = open.values().stream()
                .mapToLong(of -> of.getFirst().firstOffset)
                .min()
                .orElse(logEndOffset);
        return Math.max(firstOpen, logStartOffset);
    }

    /** Start of the log moved forward: DeleteRecords or retention. A batch that straddles it stays whole. */
    void startAt(long offset) {
        logStartOffset = offset;
        batches.values().removeIf(batch -> batch.lastOffset < offset);
    }

    /**
     * One compaction pass.
     *
     * @param from where the part began that no pass had seen
     * @param to where the pass ended
     * @param rewritten whether the segment that holds a base offset was swapped in, for a pass that a crash cut short
     */
    void compact(long from, long to, long nowMs, long deleteRetentionMs, LongPredicate rewritten) {
        Map<ByteBuffer, Long> lastOffsets = new HashMap<>();
        batches.headMap(to, false).values().forEach(batch -> {
            if (!batch.marker && !batch.aborted) {
                batch.records.stream()
                        .filter(entry -> entry.key() != null && entry.offset() >= from)
                        .forEach(entry -> lastOffsets.put(ByteBuffer.wrap(entry.key()), entry.offset()));
            }
        });
        batches.headMap(to, false).forEach((base, batch) -> {
            if (!batch.marker && rewritten.test(base)) {
                boolean tombstonesGo = batch.deleteHorizonMs >= 0 && batch.deleteHorizonMs <= nowMs;
                batch.records.removeIf(entry -> batch.aborted
                        || entry.key() == null
                        || lastOffsets.getOrDefault(ByteBuffer.wrap(entry.key()), -1L) > entry.offset()
                        || (entry.value() == null && tombstonesGo));
                if (batch.deleteHorizonMs < 0 && batch.records.stream().anyMatch(entry -> entry.value() == null)) {
                    batch.deleteHorizonMs = nowMs + deleteRetentionMs;
                }
            }
        });
    }

    /** Records that reads from {@code offset} up to {@code end}, where a batch begins or nothing may be read, must have returned. */
    List<Entry> records(long offset, long end) {
        return select(offset, end, false);
    }

    /** The same for read_committed. */
    List<Entry> committed(long offset, long end) {
        return select(offset, end, true);
    }

    private List<Entry> select(long offset, long end, boolean committed) {
        List<Entry> found = new ArrayList<>();
        for (Batch batch : batches.values()) {
            if (offset < end && !batch.marker && batch.lastOffset >= offset && !(committed && batch.aborted)) {
                batch.records.stream().filter(entry -> entry.offset() < end).forEach(found::add);
            }
        }
        return found;
    }

    long logStartOffset() {
        return logStartOffset;
    }

    long logEndOffset() {
        return logEndOffset;
    }

    /**
     * Records at or after the log start not older than {@code timestampMs}, up to the first that must be there: ListOffsets finds
     * one of them. All but the last are markers, which compaction may have removed.
     */
    List<Entry> candidates(long timestampMs) {
        List<Entry> found = new ArrayList<>();
        for (Batch batch : batches.values()) {
            for (Entry entry : batch.records) {
                if (entry.offset() >= logStartOffset && entry.timestampMs() >= timestampMs) {
                    found.add(entry);
                    if (!batch.marker) {
                        return found;
                    }
                }
            }
        }
        return found;
    }
}
