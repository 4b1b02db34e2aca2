package io.tickwire.storage.recovery;

import io.tickwire.kafka.record.Crc32C;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.os.GrowingMapping;
import io.tickwire.storage.segment.Batches;
import io.tickwire.storage.segment.HeaderGuard;
import io.tickwire.storage.segment.SegmentInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads one journal file from its start, entry by entry, and says where its sound part ends.
 *
 * <p>The chain of entry headers ends at nothing or at the end mark. Where it is broken, at an entry that was not completed or
 * whose length is not that of its batch, the next sound batch is looked for. What is damaged ends the sound part if no sound batch
 * follows it (a torn write); otherwise it is damage in the middle, which is reported and left where it is, and which reads refuse to serve.
 */
public final class SegmentScan {
    /** What is known of the offsets in a file. */
    public enum Offsets {
        /** The first batch begins at the base offset, each other one where the one before ended. */
        EXACT,
        /** The first batch begins at the base offset or later, each other one where the one before ended. */
        FROM_BASE,
        /** Each batch begins where the one before ended or later. */
        WITH_GAPS;

        /** What holds for a segment that the manifest lists. */
        public static Offsets of(final SegmentInfo listed) {
            return listed.gaps() ? WITH_GAPS : EXACT;
        }
    }

    /** So many bytes of nothing end the search for a sound batch behind a broken chain. */
    static final long LONGEST_HOLE_BYTES = 64 * 1024;

    /** Learns of each sound batch in order. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * A batch whose checksum is right.
         *
         * @param entryAddress address of its journal entry
         * @param position position of its journal entry in the file
         * @param length bytes of the batch
         */
        void onBatch(long entryAddress, long position, int length);
    }

    private final Crc32C crc32c = new Crc32C();
    private final List<Corruption> corruptions = new ArrayList<>();
    private final List<Corruption> suspects = new ArrayList<>();
    private Path file;
    private Visitor visitor;
    private long fileBytes;
    private long readTo;
    private long mostBatches;
    private long endPosition;
    private long nextOffset;
    private long batches;
    private boolean endMarked;
    private boolean dense;
    private boolean exact;

    /** Reads {@code journalFile}. */
    public SegmentScan scan(
            final Path journalFile, final long baseOffset, final Offsets offsets, final Visitor batchVisitor)
            throws IOException {
        return scan(journalFile, baseOffset, offsets, Long.MAX_VALUE, batchVisitor);
    }

    private SegmentScan scan(
            final Path journalFile,
            final long baseOffset,
            final Offsets offsets,
            final long atMostBatches,
            final Visitor batchVisitor)
            throws IOException {
        dense = offsets != Offsets.WITH_GAPS;
        exact = offsets == Offsets.EXACT;
        file = journalFile;
        visitor = batchVisitor;
        fileBytes = Files.size(file);
        readTo = 0;
        mostBatches = atMostBatches;
        corruptions.clear();
        suspects.clear();
        endPosition = 0;
        nextOffset = baseOffset;
        batches = 0;
        endMarked = false;
        try (GrowingMapping mapping = GrowingMapping.readOnly(file, fileBytes)) {
            walk(mapping.address());
        }
        for (final Corruption suspect : suspects) {
            corruptions.add(
                    new Corruption(file, suspect.position(), suspect.offset(), suspect.what(), Corruption.Outcome.CUT));
        }
        return this;
    }

    /** Where the first batch of a file begins if that is sound and not below {@code leastOffset}, else {@code leastOffset}. */
    long firstOffset(final Path journalFile, final long leastOffset) throws IOException {
        final long[] first = {leastOffset};
        scan(journalFile, leastOffset, Offsets.FROM_BASE, 1, (entry, position, length) -> {
            if (corruptions.isEmpty()) {
                first[0] = Batches.baseOffset(entry);
            }
        });
        return first[0];
    }

    private void walk(final long base) {
        long position = 0;
        while (position + JournalFormat.HEADER_BYTES <= fileBytes && batches < mostBatches) {
            final int header = header(base, position);
            if (header == JournalFormat.NOT_WRITTEN) {
                return;
            }
            if (header == JournalFormat.END_OF_FILE) {
                endMarked = true;
                return;
            }
            final long next = JournalFormat.next(position, header);
            if ((header & JournalFormat.INCOMPLETE) != 0 || next > fileBytes) {
                suspect(position, "entry was not completed");
                position = findSound(base, position + JournalFormat.HEADER_BYTES);
            } else if (JournalFormat.isData(header)
                    && !Batches.fillsEntry(base + position, JournalFormat.length(header))) {
                suspect(position, "batch length does not match the entry's");
                position = findSound(base, position + JournalFormat.HEADER_BYTES);
            } else {
                if (JournalFormat.isData(header)) {
                    judge(base, position, JournalFormat.length(header), next);
                }
                position = next;
            }
        }
    }

    private int header(final long base, final long position) {
        readTo = Math.max(readTo, position + JournalFormat.HEADER_BYTES);
        return JournalFormat.header(base + position);
    }

    private void suspect(final long position, final String what) {
        suspects.add(new Corruption(file, position, nextOffset, what, Corruption.Outcome.LEFT));
        exact = false;
    }

    /** Position of the next entry that is a sound batch, or the file's end. */
    private long findSound(final long base, final long from) {
        long hole = 0;
        for (long position = from;
                position + JournalFormat.HEADER_BYTES + RecordBatchFlyweight.HEADER_BYTES <= fileBytes
                        && hole < LONGEST_HOLE_BYTES;
                position += JournalFormat.HEADER_BYTES) {
            final int header = header(base, position);
            hole = header == JournalFormat.NOT_WRITTEN ? hole + JournalFormat.HEADER_BYTES : 0;
            if (JournalFormat.isData(header)
                    && JournalFormat.next(position, header) <= fileBytes
                    && Batches.fillsEntry(base + position, JournalFormat.length(header))
                    && fault(base, position, JournalFormat.length(header)) == null) {
                return position;
            }
        }
        return fileBytes;
    }

    private void judge(final long base, final long position, final int length, final long next) {
        final String wrong = fault(base, position, length);
        if (wrong != null) {
            suspect(position, wrong);
            return;
        }
        readTo = Math.max(readTo, next);
        corruptions.addAll(suspects);
        suspects.clear();
        final long entry = base + position;
        nextOffset = Batches.lastOffset(entry) + 1;
        exact = dense;
        endPosition = next;
        batches++;
        visitor.onBatch(entry, position, length);
    }

    private String fault(final long base, final long position, final int length) {
        final long entry = base + position;
        if (Batches.magic(entry) != RecordBatchFlyweight.MAGIC) {
            return "magic is " + Batches.magic(entry);
        }
        final int from = RecordBatchFlyweight.ATTRIBUTES_OFFSET;
        if (crc32c.computeAddress(entry + JournalFormat.HEADER_BYTES + from, length - from) != Batches.crc(entry)) {
            return "checksum does not match";
        }
        if (!dense && !HeaderGuard.holds(base, position, crc32c)) {
            return "header does not match its guard";
        }
        final long first = Batches.baseOffset(entry);
        if (first < nextOffset || (exact && first != nextOffset) || Batches.lastOffset(entry) < first) {
            return "offset " + first + " where " + nextOffset + " was expected";
        }
        return null;
    }

    /** Damaged places in order. */
    public List<Corruption> corruptions() {
        return List.copyOf(corruptions);
    }

    /** Position after the last sound batch, 0 if there is none. */
    public long endPosition() {
        return endPosition;
    }

    /** Offset after the last sound batch. */
    public long nextOffset() {
        return nextOffset;
    }

    /** Sound batches. */
    public long batches() {
        return batches;
    }

    /** Bytes from the start of the file to the last one that was looked at: journal files are mostly larger than their contents. */
    public long readBytes() {
        return readTo;
    }

    /** True when something behind the sound part has to be cut. */
    public boolean isTorn() {
        return !suspects.isEmpty();
    }

    /** True when the file carries its end mark behind the sound part. */
    public boolean isEndMarked() {
        return endMarked;
    }
}
