package io.tickwire.storage.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.record.Crc32C;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.kafka.record.RecordCursor;
import io.tickwire.storage.log.Isolation;
import io.tickwire.storage.log.LogSlices;
import io.tickwire.storage.log.PartitionLog;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** Reads what a fetch would send and decodes it, checking each batch's CRC on the way. */
final class LogReader implements AutoCloseable {
    private static final int MAX_SLICES = 1_024;

    private final LogSlices slices = new LogSlices(MAX_SLICES);
    private final RecordBatchFlyweight batch = new RecordBatchFlyweight();
    private final RecordCursor cursor = new RecordCursor();
    private final Crc32C crc32c = new Crc32C();
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    /** One read; the error code, and the records into {@code out}, control batches left out. */
    short read(PartitionLog log, long offset, int maxBytes, Isolation isolation, List<LogModel.Entry> out) {
        out.clear();
        short error = log.read(offset, maxBytes, true, isolation, slices);
        try {
            if (error == 0) {
                for (int i = 0; i < slices.count(); i++) {
                    decodeSlice(slices.address(i), slices.length(i), out);
                }
            }
            return error;
        } finally {
            slices.release();
        }
    }

    /** Reads from {@code offset} to the end, in fetches of {@code maxBytes}. */
    List<LogModel.Entry> readAll(PartitionLog log, long offset, int maxBytes, Isolation isolation) {
        List<LogModel.Entry> all = new ArrayList<>();
        List<LogModel.Entry> part = new ArrayList<>();
        long next = offset;
        while (true) {
            assertEquals(0, read(log, next, maxBytes, isolation, part), "error of a read at " + next);
            if (slices.nextOffset() <= next) {
                return all;
            }
            next = slices.nextOffset();
            all.addAll(part);
        }
    }

    private void decodeSlice(long address, int length, List<LogModel.Entry> out) {
        int position = 0;
        view.wrap(address, length);
        while (position < length) {
            batch.wrap(view, position);
            int size = batch.sizeInBytes();
            assertTrue(position + size <= length, "a slice ends inside a batch");
            assertTrue(batch.crcMatches(crc32c), "CRC of the batch at " + batch.baseOffset());
            if (!batch.isControl()) {
                decodeBatch(position, size, out);
            }
            position += size;
        }
    }

    private void decodeBatch(int position, int size, List<LogModel.Entry> out) {
        cursor.wrap(view, position, size);
        while (cursor.next()) {
            out.add(new LogModel.Entry(
                    cursor.offset(),
                    cursor.timestamp(),
                    bytes(cursor.keyOffset(), cursor.keyLength()),
                    bytes(cursor.valueOffset(), cursor.valueLength()),
                    batch.lastOffset(),
                    batch.producerId()));
        }
        assertTrue(!cursor.isMalformed(), "records of the batch at " + batch.baseOffset());
    }

    private byte[] bytes(int offset, int length) {
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[length];
        cursor.buffer().getBytes(offset, bytes);
        return bytes;
    }

    @Override
    public void close() {
        slices.release();
    }
}
