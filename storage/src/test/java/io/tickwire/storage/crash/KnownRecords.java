package io.tickwire.storage.crash;

import io.tickwire.kafka.record.Crc32C;
import io.tickwire.kafka.record.HeaderBlock;
import io.tickwire.kafka.record.RecordBatchEncoder;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.kafka.record.RecordCursor;
import io.tickwire.storage.log.Isolation;
import io.tickwire.storage.log.LogSlices;
import io.tickwire.storage.log.PartitionLog;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Records whose whole content follows from their producer and their number, so that any reader can tell what should stand where.
 *
 * <p>Key: producer, 8 bytes. Value: number, 8 bytes, then filler whose length and bytes follow from both.
 */
final class KnownRecords {
    static final int PRODUCERS = 3;

    private static final int MAX_VALUE_BYTES = 3_000;
    private static final int READ_BYTES = 1 << 20;

    private final long[] nextNumber = new long[PRODUCERS];
    private final boolean[] seen = new boolean[PRODUCERS];
    private final RecordBatchEncoder encoder = new RecordBatchEncoder();
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[Long.BYTES]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[MAX_VALUE_BYTES]);
    private final RecordBatchFlyweight batch = new RecordBatchFlyweight();
    private final RecordCursor cursor = new RecordCursor();
    private final Crc32C crc32c = new Crc32C();
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    /** Encodes the next {@code count} records of {@code producer}; the batch length. */
    int encode(UnsafeBuffer target, int producer, int count, long nowMs) {
        encoder.begin(target, 0, target.capacity());
        key.putLong(0, producer);
        for (int i = 0; i < count; i++) {
            long number = nextNumber[producer]++;
            int length = fill(producer, number);
            if (encoder.append(nowMs, key, 0, Long.BYTES, value, 0, length, HeaderBlock.EMPTY)
                    == RecordBatchEncoder.INSUFFICIENT_SPACE) {
                throw new IllegalStateException("batch of " + count + " records is larger than its buffer");
            }
        }
        return encoder.finish();
    }

    private int fill(int producer, long number) {
        long state = number * 0x9E37_79B9_7F4A_7C15L + producer;
        int length = Long.BYTES + Math.floorMod(state >>> 7, number % 50 == 0 ? MAX_VALUE_BYTES - Long.BYTES : 120);
        value.putLong(0, number);
        value.setMemory(Long.BYTES, length - Long.BYTES, (byte) state);
        return length;
    }

    /**
     * Reads the log from its start and checks every record: content, one number after the other per producer, offsets without holes.
     * Afterwards {@link #encode} goes on where the log ends.
     *
     * @return null, or what is wrong
     */
    String verify(PartitionLog log) {
        Arrays.fill(seen, false);
        Arrays.fill(nextNumber, 0);
        LogSlices slices = new LogSlices(1_024);
        long next = log.logStartOffset();
        long expected = -1;
        while (next < log.logEndOffset()) {
            short error = log.read(next, READ_BYTES, true, Isolation.UNCOMMITTED, slices);
            if (error != 0) {
                return "read at " + next + ": error " + error;
            }
            for (int i = 0; i < slices.count(); i++) {
                view.wrap(slices.address(i), slices.length(i));
                int position = 0;
                while (position < slices.length(i)) {
                    batch.wrap(view, position);
                    if (expected >= 0 && batch.baseOffset() != expected) {
                        return "batch at " + batch.baseOffset() + " where " + expected + " was expected";
                    }
                    expected = batch.lastOffset() + 1;
                    String wrong = verifyBatch(position);
                    if (wrong != null) {
                        return wrong;
                    }
                    position += batch.sizeInBytes();
                }
            }
            if (slices.nextOffset() <= next) {
                return "read at " + next + " returned nothing before the end " + log.logEndOffset();
            }
            next = slices.nextOffset();
            slices.release();
        }
        return null;
    }

    private String verifyBatch(int position) {
        if (!batch.crcMatches(crc32c)) {
            return "CRC of the batch at " + batch.baseOffset();
        }
        cursor.wrap(view, position, batch.sizeInBytes());
        while (cursor.next()) {
            int producer = (int) view.getLong(cursor.keyOffset());
            long number = view.getLong(cursor.valueOffset());
            if (seen[producer] && number != nextNumber[producer]) {
                return "offset " + cursor.offset() + ": producer " + producer + " number " + number + ", expected "
                        + nextNumber[producer];
            }
            seen[producer] = true;
            nextNumber[producer] = number + 1;
            int length = fill(producer, number);
            if (cursor.valueLength() != length || !sameBytes(length, cursor.valueOffset())) {
                return "offset " + cursor.offset() + ": content of producer " + producer + " number " + number;
            }
        }
        return cursor.isMalformed() ? "records of the batch at " + batch.baseOffset() : null;
    }

    private boolean sameBytes(int length, int offset) {
        for (int i = 0; i < length; i++) {
            if (value.getByte(i) != view.getByte(offset + i)) {
                return false;
            }
        }
        return true;
    }
}
