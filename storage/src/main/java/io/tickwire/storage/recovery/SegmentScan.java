package io.tickwire.storage.recovery;

import io.tickwire.kafka.record.Crc32C;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.os.GrowingMapping;
import io.tickwire.storage.segment.Batches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads one journal file from its start, entry by entry, and says where its sound part ends.
 *
 * <p>The chain of entry headers breaks at the end of what was written: at nothing, at the end mark, or at an entry that was not
 * completed. A batch that is damaged ends the sound part if no sound batch follows it (a torn write); otherwise it is damage in
 * the middle, which is reported and left where it is, and which reads refuse to serve.
 */
public final class SegmentScan {
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
    private long endPosition;
    private long nextOffset;
    private long batches;
    private boolean endMarked;

    /** Reads {@code journalFile}, whose first batch must not have an offset below {@code baseOffset}. */
    public SegmentScan scan(final Path journalFile, final long baseOffset, final Visitor batchVisitor)
            throws IOException {
        file = journalFile;
        visitor = batchVisitor;
        fileBytes = Files.size(file);
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
            corruptions.add(new Corruption(file, suspect.position(), suspect.offset(), suspect.what(), true));
        }
        return this;
    }

    private void walk(final long base) {
        long position = 0;
        while (position + JournalFormat.HEADER_BYTES <= fileBytes) {
            final int header = JournalFormat.header(base + position);
            if (header == JournalFormat.NOT_WRITTEN) {
                return;
            }
            if (header == JournalFormat.END_OF_FILE) {
                endMarked = true;
                return;
            }
            final long next = JournalFormat.next(position, header);
            if ((header & JournalFormat.INCOMPLETE) != 0 || next > fileBytes) {
                suspects.add(new Corruption(file, position, nextOffset, "entry was not completed", true));
                return;
            }
            if (JournalFormat.isData(header)) {
                judge(base + position, position, JournalFormat.length(header), next);
            }
            position = next;
        }
    }

    private void judge(final long entry, final long position, final int length, final long next) {
        final String wrong = fault(entry, length);
        if (wrong != null) {
            suspects.add(new Corruption(file, position, nextOffset, wrong, false));
            return;
        }
        corruptions.addAll(suspects);
        suspects.clear();
        nextOffset = Batches.lastOffset(entry) + 1;
        endPosition = next;
        batches++;
        visitor.onBatch(entry, position, length);
    }

    private String fault(final long entry, final int length) {
        if (!Batches.fillsEntry(entry, length)) {
            return "batch length does not match the entry's";
        }
        if (Batches.magic(entry) != RecordBatchFlyweight.MAGIC) {
            return "magic is " + Batches.magic(entry);
        }
        final int from = RecordBatchFlyweight.ATTRIBUTES_OFFSET;
        if (crc32c.computeAddress(entry + JournalFormat.HEADER_BYTES + from, length - from) != Batches.crc(entry)) {
            return "checksum does not match";
        }
        if (Batches.baseOffset(entry) < nextOffset || Batches.lastOffset(entry) < Batches.baseOffset(entry)) {
            return "offset " + Batches.baseOffset(entry) + " where " + nextOffset + " was expected";
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

    /** Bytes of the file. */
    public long fileBytes() {
        return fileBytes;
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
