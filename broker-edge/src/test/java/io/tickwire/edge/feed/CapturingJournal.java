package io.tickwire.edge.feed;

import io.tickwire.kafka.record.Crc32C;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.kafka.record.RecordCursor;
import io.tickwire.storage.log.ClaimHolder;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** Takes batches as a partition's log would, checks their CRC and keeps their records. */
final class CapturingJournal implements JournalSink {
    /** Value bytes as ISO 8859-1, one character each. */
    record Captured(long offset, String key, String value, long sequence, long receiveNs, int batch) {}

    final List<Captured> records = new ArrayList<>();
    int batchCount;
    int maxBatchBytes = Integer.MAX_VALUE;
    boolean refusing;
    /** Claims, commits, or both fail as on a fault in mapped memory. */
    boolean claimFails;

    boolean commitFails;
    int aborts;
    long nextOffset;
    ClaimHolder holder;
    private int reserved;
    private final UnsafeBuffer memory = new UnsafeBuffer(new byte[1 << 20]);
    private boolean claimed;

    @Override
    public int reserve(final int length, final int wanted, final long nowMs, final ClaimHolder newHolder) {
        if (claimed) {
            throw new AssertionError("reserved inside a claim");
        }
        if (refusing) {
            return 0;
        }
        holder = newHolder;
        claimed = true;
        reserved = Math.min(wanted, maxBatchBytes);
        return reserved;
    }

    @Override
    public long nextOffset() {
        return nextOffset;
    }

    @Override
    public boolean claim(final UnsafeBuffer region) {
        if (claimFails) {
            claimed = false;
            return false;
        }
        memory.setMemory(0, memory.capacity(), (byte) 0);
        region.wrap(memory, 0, reserved);
        return true;
    }

    @Override
    public long commit(final int length, final long nowMs) {
        claimed = false;
        if (commitFails) {
            return -1;
        }
        final RecordBatchFlyweight batch = new RecordBatchFlyweight().wrap(memory, 0);
        if (batch.sizeInBytes() != length || !batch.crcMatches(new Crc32C())) {
            throw new AssertionError("batch of " + length + " bytes says " + batch.sizeInBytes() + " or has a bad CRC");
        }
        final RecordCursor cursor = new RecordCursor().wrap(memory, 0, length);
        final long base = nextOffset;
        while (cursor.next()) {
            records.add(capture(cursor, base));
            nextOffset++;
        }
        if (cursor.isMalformed()) {
            throw new AssertionError("malformed batch");
        }
        batchCount++;
        return base;
    }

    private Captured capture(final RecordCursor cursor, final long base) {
        final byte[] value = new byte[cursor.valueLength()];
        memory.getBytes(cursor.valueOffset(), value);
        String key = null;
        if (cursor.keyLength() >= 0) {
            key = memory.getStringWithoutLengthAscii(cursor.keyOffset(), cursor.keyLength());
        }
        long sequence = -1;
        long receiveNs = -1;
        while (cursor.nextHeader()) {
            final String header =
                    memory.getStringWithoutLengthAscii(cursor.headerKeyOffset(), cursor.headerKeyLength());
            final long number = memory.getLong(cursor.headerValueOffset(), ByteOrder.BIG_ENDIAN);
            if (header.equals(FeedHandler.SEQUENCE_HEADER)) {
                sequence = number;
            } else if (header.equals(FeedHandler.RECEIVE_HEADER)) {
                receiveNs = number;
            }
        }
        return new Captured(
                base + cursor.offsetDelta(),
                key,
                new String(value, StandardCharsets.ISO_8859_1),
                sequence,
                receiveNs,
                batchCount);
    }

    @Override
    public void abort() {
        claimed = false;
        aborts++;
    }

    List<String> values() {
        return records.stream().map(Captured::value).toList();
    }
}
