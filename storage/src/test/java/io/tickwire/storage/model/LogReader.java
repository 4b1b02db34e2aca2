package io.tickwire.storage.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.record.Crc32C;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.kafka.record.RecordCursor;
import io.tickwire.storage.log.Isolation;
import io.tickwire.storage.log.LogSlices;
import io.tickwire.storage.log.PartitionLog;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;

/** Reads what a fetch would send and decodes it as a consumer does, checking each batch's CRC on the way. */
final class LogReader implements AutoCloseable {
    private static final int MAX_SLICES = 1_024;

    /** A control record's key: version 2, type 2; type 0 is abort. */
    private static final int CONTROL_TYPE_AT = 2;

    private final LogSlices slices = new LogSlices(MAX_SLICES);
    private final RecordBatchFlyweight batch = new RecordBatchFlyweight();
    private final RecordCursor cursor = new RecordCursor();
    private final Crc32C crc32c = new Crc32C();
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    private record Aborted(long firstOffset, long producerId) {}

    private final PriorityQueue<Aborted> aborted = new PriorityQueue<>(Comparator.comparingLong(Aborted::firstOffset));
    private final Set<Long> abortedProducers = new HashSet<>();
    private long nextOffset;

    /** One read; the error code, and the records into {@code out}: no control records, and no aborted ones with read_committed. */
    short read(PartitionLog log, long offset, int maxBytes, Isolation isolation, List<LogModel.Entry> out) {
        out.clear();
        abortedProducers.clear();
        short error = log.read(offset, maxBytes, true, isolation, slices);
        try {
            nextOffset = offset;
            if (error == 0) {
                nextOffset = slices.nextOffset();
                aborted.clear();
                for (int i = 0; i < slices.abortedCount(); i++) {
                    aborted.add(new Aborted(slices.abortedFirstOffset(i), slices.abortedProducerId(i)));
                }
                for (int i = 0; i < slices.count(); i++) {
                    decodeSlice(slices.address(i), slices.length(i), out);
                }
            }
            return error;
        } finally {
            slices.release();
        }
    }

    /** Where the last read says to read on. */
    long nextOffset() {
        return nextOffset;
    }

    /** Reads from {@code offset} to the end, in fetches of {@code maxBytes}. */
    List<LogModel.Entry> readAll(PartitionLog log, long offset, int maxBytes, Isolation isolation) {
        List<LogModel.Entry> all = new ArrayList<>();
        List<LogModel.Entry> part = new ArrayList<>();
        long next = offset;
        while (true) {
            assertEquals(0, read(log, next, maxBytes, isolation, part), "error of a read at " + next);
            if (nextOffset <= next) {
                return all;
            }
            next = nextOffset;
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
            while (!aborted.isEmpty() && aborted.peek().firstOffset() <= batch.lastOffset()) {
                abortedProducers.add(aborted.poll().producerId());
            }
            cursor.wrap(view, position, size);
            if (batch.isControl()) {
                if (cursor.next() && view.getShort(cursor.keyOffset() + CONTROL_TYPE_AT, ByteOrder.BIG_ENDIAN) == 0) {
                    abortedProducers.remove(batch.producerId());
                }
            } else if (!batch.isTransactional() || !abortedProducers.contains(batch.producerId())) {
                decodeRecords(out);
            }
            position += size;
        }
    }

    private void decodeRecords(List<LogModel.Entry> out) {
        while (cursor.next()) {
            out.add(new LogModel.Entry(
                    cursor.offset(),
                    cursor.timestamp(),
                    bytes(cursor.keyOffset(), cursor.keyLength()),
                    bytes(cursor.valueOffset(), cursor.valueLength())));
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
