package io.tickwire.storage.segment;

import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.storage.journal.JournalFormat;
import java.nio.ByteOrder;
import org.agrona.UnsafeApi;

/**
 * Header fields of a record batch, read by the address of its journal entry: what searching needs, without a buffer object.
 *
 * <p>Source: Kafka protocol guide, record batch; field offsets are those of {@link RecordBatchFlyweight}.
 */
public final class Batches {
    private static final boolean SWAP = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private Batches() {}

    /** First offset of the batch whose entry starts at {@code entry}. */
    public static long baseOffset(final long entry) {
        return getLong(entry, RecordBatchFlyweight.BASE_OFFSET_OFFSET);
    }

    /** Bytes that follow the length field. */
    public static int batchLength(final long entry) {
        return getInt(entry, RecordBatchFlyweight.LENGTH_OFFSET);
    }

    /** True when an entry of {@code length} bytes can hold a batch and is just as long as the batch in it says. */
    public static boolean fillsEntry(final long entry, final int length) {
        return length >= RecordBatchFlyweight.HEADER_BYTES
                && batchLength(entry) == length - RecordBatchFlyweight.LOG_OVERHEAD_BYTES;
    }

    /** Last offset of the batch. */
    public static long lastOffset(final long entry) {
        return baseOffset(entry) + getInt(entry, RecordBatchFlyweight.LAST_OFFSET_DELTA_OFFSET);
    }

    /** Largest timestamp of a record, milliseconds, or -1; a batch that compaction has emptied has none. */
    public static long maxTimestamp(final long entry) {
        return getInt(entry, RecordBatchFlyweight.RECORD_COUNT_OFFSET) == 0
                ? RecordBatchFlyweight.NO_TIMESTAMP
                : getLong(entry, RecordBatchFlyweight.MAX_TIMESTAMP_OFFSET);
    }

    /** Leader epoch. */
    public static int leaderEpoch(final long entry) {
        return getInt(entry, RecordBatchFlyweight.PARTITION_LEADER_EPOCH_OFFSET);
    }

    /** CRC-32C as stored. */
    public static int crc(final long entry) {
        return getInt(entry, RecordBatchFlyweight.CRC_OFFSET);
    }

    /** Format version. */
    public static byte magic(final long entry) {
        return UnsafeApi.getByte(entry + JournalFormat.HEADER_BYTES + RecordBatchFlyweight.MAGIC_OFFSET);
    }

    private static long getLong(final long entry, final int field) {
        final long raw = UnsafeApi.getLong(entry + JournalFormat.HEADER_BYTES + field);
        return SWAP ? Long.reverseBytes(raw) : raw;
    }

    private static int getInt(final long entry, final int field) {
        final int raw = UnsafeApi.getInt(entry + JournalFormat.HEADER_BYTES + field);
        return SWAP ? Integer.reverseBytes(raw) : raw;
    }
}
