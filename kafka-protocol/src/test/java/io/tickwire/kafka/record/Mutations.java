package io.tickwire.kafka.record;

import io.tickwire.kafka.Seeds;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Damages a valid batch in the ways that matter: fields, sizes, records, CRC right or wrong, more or fewer bytes. */
final class Mutations {
    private static final int[] INT_FIELDS = {
        RecordBatchFlyweight.LENGTH_OFFSET,
        RecordBatchFlyweight.LAST_OFFSET_DELTA_OFFSET,
        RecordBatchFlyweight.BASE_SEQUENCE_OFFSET,
        RecordBatchFlyweight.RECORD_COUNT_OFFSET
    };
    private static final int[] LONG_FIELDS = {
        RecordBatchFlyweight.BASE_OFFSET_OFFSET,
        RecordBatchFlyweight.BASE_TIMESTAMP_OFFSET,
        RecordBatchFlyweight.MAX_TIMESTAMP_OFFSET,
        RecordBatchFlyweight.PRODUCER_ID_OFFSET
    };

    private Mutations() {}

    static byte[] damage(final SplittableRandom random, final byte[] batch) {
        byte[] field = batch.clone();
        for (int i = random.nextInt(3); i > 0; i--) {
            field = once(random, field);
        }
        final boolean whole = field.length >= RecordBatchFlyweight.HEADER_BYTES
                && ByteBuffer.wrap(field).getInt(RecordBatchFlyweight.LENGTH_OFFSET)
                        == batch.length - RecordBatchFlyweight.LOG_OVERHEAD_BYTES
                && field.length >= batch.length;
        return whole && random.nextInt(8) > 0 ? Batches.reseal(field) : field;
    }

    private static byte[] once(final SplittableRandom random, final byte[] field) {
        if (field.length < RecordBatchFlyweight.HEADER_BYTES) {
            return field;
        }
        final ByteBuffer buffer = ByteBuffer.wrap(field);
        switch (random.nextInt(9)) {
            case 0 -> buffer.putInt(INT_FIELDS[random.nextInt(INT_FIELDS.length)], random.nextInt(-2, 6));
            case 1 -> {
                final int at = INT_FIELDS[random.nextInt(INT_FIELDS.length)];
                buffer.putInt(at, buffer.getInt(at) + random.nextInt(-1, 2));
            }
            case 2 -> buffer.putLong(LONG_FIELDS[random.nextInt(LONG_FIELDS.length)], random.nextInt(-2, 6));
            case 3 -> buffer.putShort(RecordBatchFlyweight.ATTRIBUTES_OFFSET, (short) random.nextInt(128));
            case 4 -> field[RecordBatchFlyweight.MAGIC_OFFSET] = (byte) random.nextInt(-1, 4);
            case 5 -> {
                return Arrays.copyOf(field, random.nextInt(field.length + 1));
            }
            case 6 -> {
                final byte[] longer = Arrays.copyOf(field, field.length + random.nextInt(100));
                System.arraycopy(
                        random.nextBoolean() ? field : Seeds.bytes(random, 100),
                        0,
                        longer,
                        field.length,
                        Math.min(Math.min(field.length, 100), longer.length - field.length));
                return longer;
            }
            default -> {
                final int records = RecordBatchFlyweight.HEADER_BYTES;
                if (field.length > records) {
                    field[random.nextInt(records, field.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
        }
        return field;
    }
}
