package io.tickwire.storage.segment;

import io.tickwire.kafka.record.Crc32C;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.storage.journal.JournalFormat;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;
import org.agrona.UnsafeApi;

/**
 * What stands before each batch in a segment that compaction has written: a checksum of the part of the batch's header that the batch's own
 * checksum leaves out. Elsewhere the base offset follows from the batch before; where offsets may be missing it does not.
 *
 * <pre>
 *   entry:  +---------------+---------------+--------------------+ +---------
 *           | header 4 LE   | magic 4 LE    | CRC-32C 4 LE       | | batch's entry
 *           +---------------+---------------+--------------------+ +---------
 *   header: bit 30 and 8: an entry that readers of batches pass over, as they do Chronicle's own
 *   magic:  "TWHG"
 *   CRC:    of base offset, length, leader epoch and magic of the batch, 17 bytes
 * </pre>
 */
public final class HeaderGuard {
    /** Bytes of its payload. */
    public static final int LENGTH = 8;

    /** Bytes of its entry. */
    public static final int ENTRY_BYTES = JournalFormat.HEADER_BYTES + LENGTH;

    /** Bytes of a batch that it covers. */
    public static final int GUARDED_BYTES = RecordBatchFlyweight.CRC_OFFSET;

    private static final int MAGIC = 0x4748_5754;
    private static final int CRC_OFFSET = 4;
    private static final boolean SWAP = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;

    private HeaderGuard() {}

    /** Writes a payload whose checksum is {@code crc}. */
    public static void write(final MutableDirectBuffer payload, final int offset, final int crc) {
        payload.putInt(offset, MAGIC, ByteOrder.LITTLE_ENDIAN);
        payload.putInt(offset + CRC_OFFSET, crc, ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * False when a guard stands before the batch whose entry is at {@code position} and it is another batch's. Segments of earlier versions
     * have none.
     *
     * @param base address of the file's first byte
     */
    public static boolean holds(final long base, final long position, final Crc32C crc32c) {
        final long guard = base + position - ENTRY_BYTES;
        return position < ENTRY_BYTES
                || JournalFormat.header(guard) != (JournalFormat.METADATA | LENGTH)
                || getInt(guard + JournalFormat.HEADER_BYTES) != MAGIC
                || getInt(guard + JournalFormat.HEADER_BYTES + CRC_OFFSET)
                        == crc32c.computeAddress(base + position + JournalFormat.HEADER_BYTES, GUARDED_BYTES);
    }

    private static int getInt(final long address) {
        final int raw = UnsafeApi.getInt(address);
        return SWAP ? Integer.reverseBytes(raw) : raw;
    }
}
