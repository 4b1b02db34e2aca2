package io.tickwire.compat.bench.floor;

import io.tickwire.kafka.record.RecordBatchFlyweight;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The last megabyte or two of a partition. A reader of what is older gets the batches that are there under the offsets it
 * asked for, so that reading back costs the client as much as from a broker that has kept everything. Nothing is checked.
 * Guarded by the broker's lock.
 */
final class FloorPartition {
    private static final int HALF_BYTES = 1 << 20;

    private final RecordBatchFlyweight batch = new RecordBatchFlyweight();
    private Half older = new Half();
    private Half newer = new Half();
    private long nextOffset;

    /** Takes a producer's batch, which has to fit half of what is kept; returns its base offset. */
    long append(DirectBuffer source, int offset, int length) {
        if (newer.length + length > HALF_BYTES) {
            Half emptied = older;
            older = newer;
            newer = emptied;
            newer.clear();
        }
        long baseOffset = nextOffset;
        nextOffset = newer.append(source, offset, length, baseOffset);
        return baseOffset;
    }

    long nextOffset() {
        return nextOffset;
    }

    /** Bytes that a fetch at an offset gets; they may end within a batch, as Kafka's may. */
    int available(long offset, int maxBytes) {
        if (offset >= nextOffset) {
            return 0;
        }
        Half half = at(offset);
        return Math.min(half.length - half.position(offset), maxBytes);
    }

    DirectBuffer memory(long offset) {
        return at(offset).memory;
    }

    int position(long offset) {
        return at(offset).position(offset);
    }

    private Half at(long offset) {
        if (newer.contains(offset)) {
            return newer;
        }
        if (!older.contains(offset)) {
            // What it holds goes up to where the newer half begins, at most.
            older.moveTo(Math.min(offset, newer.offsets[0] - older.records()));
        }
        return older;
    }

    /** Batches one behind the other. */
    private final class Half {
        private final UnsafeBuffer memory = new UnsafeBuffer(ByteBuffer.allocateDirect(HALF_BYTES));
        private long[] offsets = new long[64];
        private int[] positions = new int[64];
        private int count;
        private int length;
        private long end;

        void clear() {
            count = 0;
            length = 0;
        }

        long append(DirectBuffer source, int offset, int bytes, long baseOffset) {
            memory.putBytes(length, source, offset, bytes);
            if (count == offsets.length) {
                offsets = Arrays.copyOf(offsets, count * 2);
                positions = Arrays.copyOf(positions, count * 2);
            }
            positions[count] = length;
            offsets[count++] = baseOffset;
            length += bytes;
            end = batch.wrapMutable(memory, positions[count - 1])
                    .baseOffset(baseOffset)
                    .nextOffset();
            return end;
        }

        boolean contains(long offset) {
            return count > 0 && offset >= offsets[0] && offset < end;
        }

        long records() {
            return end - offsets[0];
        }

        int position(long offset) {
            int found = Arrays.binarySearch(offsets, 0, count, offset);
            return positions[found >= 0 ? found : -found - 2];
        }

        /** Gives the batches offsets from the given one on: base offsets are not covered by the checksum. */
        void moveTo(long offset) {
            end = offset;
            for (int i = 0; i < count; i++) {
                offsets[i] = end;
                end = batch.wrapMutable(memory, positions[i]).baseOffset(end).nextOffset();
            }
        }
    }
}
