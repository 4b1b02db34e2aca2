package io.tickwire.storage.log;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.kafka.record.HeaderBlock;
import io.tickwire.kafka.record.RecordBatchEncoder;
import io.tickwire.kafka.record.RecordCursor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Batches to append and what reads return, for tests. */
public final class Fixtures {
    private Fixtures() {}

    /** A batch of records with these values and no keys. */
    public static UnsafeBuffer batch(final long timestampMs, final byte[]... values) {
        int room = 200;
        for (final byte[] value : values) {
            room += value.length + 40;
        }
        final UnsafeBuffer target = new UnsafeBuffer(new byte[room]);
        final RecordBatchEncoder encoder = new RecordBatchEncoder().begin(target, 0, room);
        for (int i = 0; i < values.length; i++) {
            append(encoder, timestampMs + i, values[i]);
        }
        return new UnsafeBuffer(target, 0, encoder.finish());
    }

    /** A batch of one short record. */
    public static UnsafeBuffer batch(final String value) {
        return batch(1000, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a record without key and headers. */
    public static void append(final RecordBatchEncoder encoder, final long timestampMs, final byte[] value) {
        final UnsafeBuffer bytes = new UnsafeBuffer(value);
        if (encoder.append(
                        timestampMs, null, 0, RecordBatchEncoder.NULL_LENGTH, bytes, 0, value.length, HeaderBlock.EMPTY)
                < 0) {
            throw new IllegalStateException("record does not fit");
        }
    }

    /** Appends as a client would. */
    public static short append(final PartitionLog log, final DirectBuffer batch, final AppendResult out) {
        return log.append(batch, 0, batch.capacity(), AppendOrigin.CLIENT, 0, 2000, out);
    }

    /** Copies of the batches of a read. */
    public static List<UnsafeBuffer> batches(final LogSlices slices) {
        final List<UnsafeBuffer> copies = new ArrayList<>();
        for (int i = 0; i < slices.count(); i++) {
            final byte[] copy = new byte[slices.length(i)];
            new UnsafeBuffer(slices.address(i), copy.length).getBytes(0, copy);
            copies.add(new UnsafeBuffer(copy));
        }
        return copies;
    }

    /** The values of all records that a reader sees from {@code from} on, as text. */
    public static List<String> values(final PartitionLog log, final long from) {
        final List<String> values = new ArrayList<>();
        final LogSlices slices = new LogSlices(64);
        final RecordCursor cursor = new RecordCursor();
        long offset = from;
        while (offset < log.highWatermark()) {
            final short code = log.read(offset, 1 << 20, true, Isolation.UNCOMMITTED, slices);
            if (code != KafkaErrors.NONE || slices.count() == 0) {
                throw new IllegalStateException("read at " + offset + " answers " + code);
            }
            for (final UnsafeBuffer batch : batches(slices)) {
                cursor.wrap(batch, 0, batch.capacity());
                while (cursor.next()) {
                    if (cursor.offset() >= offset) {
                        values.add(
                                cursor.buffer().getStringWithoutLengthUtf8(cursor.valueOffset(), cursor.valueLength()));
                    }
                }
            }
            offset = slices.nextOffset();
            slices.release();
        }
        return values;
    }
}
