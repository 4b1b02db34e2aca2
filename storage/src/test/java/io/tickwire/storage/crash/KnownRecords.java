package io.tickwire.storage.crash;

import io.tickwire.kafka.record.HeaderBlock;
import io.tickwire.kafka.record.RecordBatchEncoder;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.kafka.record.RecordCursor;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Records of which everything follows from their producer and their number, so that any reader can tell what should stand where:
 * key, content, whether it is a tombstone, in which transaction it is and how that ends.
 *
 * <p>Producer 0 is a plain one, 1 is idempotent, 2 and 3 are transactional: each {@link #TRANSACTION_RECORDS} numbers are a transaction.
 * A record's number is its sequence number.
 */
final class KnownRecords {
    static final int PLAIN = 0;
    static final int PRODUCERS = 4;
    static final int KEYS = 40;
    static final int TRANSACTION_RECORDS = 64;
    static final int MAX_BATCH_BYTES = 256 * 1024;

    private static final int IDEMPOTENT = 1;
    private static final long FIRST_PRODUCER_ID = 1_000;
    private static final int MAX_VALUE_BYTES = 3_000;

    private final RecordBatchEncoder encoder = new RecordBatchEncoder();
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[Long.BYTES]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[MAX_VALUE_BYTES]);

    static long producerId(int producer) {
        return producer == PLAIN ? -1 : FIRST_PRODUCER_ID + producer;
    }

    /** The producer of an id. */
    static int producer(long producerId) {
        return producerId < 0 ? PLAIN : (int) (producerId - FIRST_PRODUCER_ID);
    }

    static boolean isTransactional(int producer) {
        return producer > IDEMPOTENT;
    }

    /** Whether the transaction that a number is in is, or will be, aborted. */
    static boolean isAborted(int producer, long number) {
        return isTransactional(producer) && mix(producer, number / TRANSACTION_RECORDS) % 3 == 0;
    }

    static boolean isTombstone(int producer, long number) {
        return producer != PLAIN && number % 17 == 0;
    }

    private static int mix(int producer, long number) {
        long mixed = (number + 1) * 0x9E37_79B9_7F4A_7C15L + producer * 0xC2B2_AE3D_27D4_EB4FL;
        return (int) (mixed >>> 33);
    }

    /** Encodes {@code count} records from {@code number} on; the batch length. */
    int encode(UnsafeBuffer target, int producer, long number, int count, long nowMs) {
        encoder.begin(target, 0, target.capacity())
                .attributes(isTransactional(producer) ? RecordBatchFlyweight.TRANSACTIONAL_MASK : 0)
                .producer(
                        producerId(producer),
                        (short) (producer == PLAIN ? -1 : 0),
                        producer == PLAIN ? -1 : (int) number);
        for (int i = 0; i < count; i++) {
            key.putLong(0, keyOf(producer, number + i));
            boolean tombstone = isTombstone(producer, number + i);
            int length = tombstone ? RecordBatchEncoder.NULL_LENGTH : fill(producer, number + i);
            if (encoder.append(nowMs, key, 0, Long.BYTES, value, 0, length, HeaderBlock.EMPTY)
                    == RecordBatchEncoder.INSUFFICIENT_SPACE) {
                throw new IllegalStateException("batch of " + count + " records is larger than its buffer");
            }
        }
        return encoder.finish();
    }

    /** Encodes the marker that ends the transaction of a number; its length. */
    static int encodeMarker(UnsafeBuffer target, int producer, long number, long nowMs) {
        ControlRecordType type = isAborted(producer, number) ? ControlRecordType.ABORT : ControlRecordType.COMMIT;
        ByteBuffer marker = MemoryRecords.withEndTransactionMarker(
                        nowMs, producerId(producer), (short) 0, new EndTransactionMarker(type, 0))
                .buffer();
        int length = marker.remaining();
        target.putBytes(0, marker, marker.position(), length);
        return length;
    }

    private static long keyOf(int producer, long number) {
        return producer * (long) KEYS + number % KEYS;
    }

    private int fill(int producer, long number) {
        int mixed = mix(producer, number);
        int length = Long.BYTES + mixed % (number % 50 == 0 ? MAX_VALUE_BYTES - Long.BYTES : 120);
        value.putLong(0, number);
        value.setMemory(Long.BYTES, length - Long.BYTES, (byte) mixed);
        return length;
    }

    /** The number of the record that {@code cursor} stands on, of a plain producer. */
    static long numberOf(RecordCursor cursor) {
        return cursor.buffer().getLong(cursor.valueOffset());
    }

    /** Null when the record is the one that it should be; what is wrong otherwise. */
    String verify(RecordCursor cursor, int producer, long number) {
        String where = "offset " + cursor.offset() + ", producer " + producer + " number " + number + ": ";
        if (cursor.keyLength() != Long.BYTES
                || cursor.buffer().getLong(cursor.keyOffset()) != keyOf(producer, number)) {
            return where + "key";
        }
        if (isTombstone(producer, number)) {
            return cursor.valueLength() < 0 ? null : where + "value of a tombstone";
        }
        int length = fill(producer, number);
        if (cursor.valueLength() != length) {
            return where + cursor.valueLength() + " bytes where " + length + " were expected";
        }
        for (int i = 0; i < length; i++) {
            if (value.getByte(i) != cursor.buffer().getByte(cursor.valueOffset() + i)) {
                return where + "byte " + i + " of the value";
            }
        }
        return null;
    }
}
