package io.tickwire.kafka.record;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;

/**
 * CRC-32C (Castagnoli) over ranges of Agrona buffers, heap or off-heap, through the JDK's intrinsic.
 *
 * <p>The intrinsic takes a byte array or a direct {@link ByteBuffer}. A range known only by its address is reached through a
 * view of the surrounding address space: views start at multiples of 1 GiB, are 4 KiB short of 2 GiB and are kept, so that a
 * broker that works on a few mapped files allocates a few views in all and nothing per call. A view is only ever used inside
 * the range the caller passed. One thread per instance.
 */
public final class Crc32C {
    private static final int VIEW_SHIFT = 30;
    private static final int VIEW_SLOTS = 16;
    // The JDK wraps segments up to a few bytes short of 2 GiB.
    private static final int VIEW_BYTES = Integer.MAX_VALUE - 4095;

    /** Longest range. */
    public static final int MAX_BYTES = VIEW_BYTES - (1 << VIEW_SHIFT);

    private final CRC32C crc = new CRC32C();
    private final long[] viewBases = new long[VIEW_SLOTS];
    private final ByteBuffer[] views = new ByteBuffer[VIEW_SLOTS];

    /** CRC-32C of {@code length} bytes at {@code offset}, at most {@link #MAX_BYTES}; the range must lie inside the buffer. */
    public int compute(final DirectBuffer buffer, final int offset, final int length) {
        buffer.boundsCheck(offset, length);
        crc.reset();
        final byte[] array = buffer.byteArray();
        if (array != null) {
            crc.update(array, buffer.wrapAdjustment() + offset, length);
        } else {
            updateAddress(buffer.addressOffset() + offset, length);
        }
        return (int) crc.getValue();
    }

    /** CRC-32C of {@code length} bytes of memory, at most {@link #MAX_BYTES}, that the caller keeps mapped. */
    public int computeAddress(final long address, final int length) {
        crc.reset();
        updateAddress(address, length);
        return (int) crc.getValue();
    }

    private void updateAddress(final long address, final int length) {
        if (length > MAX_BYTES) {
            throw new IllegalArgumentException("range of " + length + " bytes, at most " + MAX_BYTES);
        }
        final long base = address >>> VIEW_SHIFT << VIEW_SHIFT;
        final ByteBuffer view = view(base);
        final int start = (int) (address - base);
        view.limit(start + length).position(start);
        crc.update(view);
    }

    @SuppressWarnings("restricted") // No other way from an address to a ByteBuffer; the launcher enables native access.
    private ByteBuffer view(final long base) {
        final int slot = (int) (base >>> VIEW_SHIFT) & (VIEW_SLOTS - 1);
        if (views[slot] == null || viewBases[slot] != base) {
            views[slot] = MemorySegment.ofAddress(base)
                    .reinterpret(VIEW_BYTES)
                    .asByteBuffer()
                    .asReadOnlyBuffer();
            viewBases[slot] = base;
        }
        return views[slot];
    }
}
