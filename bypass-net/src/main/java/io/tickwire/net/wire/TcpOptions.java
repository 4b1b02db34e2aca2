package io.tickwire.net.wire;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * TCP options: a reusable parse result, and encoders. RFC 9293 §3.2 (MSS), RFC 7323 §2.2 (window scale), §3.2 (timestamps), RFC
 * 2018 §2–3 (SACK).
 *
 * <p>One instance per stack is parsed into again and again; nothing is allocated.
 */
public final class TcpOptions {
    /** Most SACK blocks that fit in one header. */
    public static final int MAX_SACK_BLOCKS = 4;
    /** Largest window shift. RFC 7323 §2.3. */
    public static final int MAX_WINDOW_SHIFT = 14;
    /** Bytes of a padded timestamps option (NOP NOP TS). */
    public static final int TIMESTAMPS_LENGTH = 12;

    private static final int KIND_END = 0;
    private static final int KIND_NOP = 1;
    private static final int KIND_MSS = 2;
    private static final int KIND_WINDOW_SCALE = 3;
    private static final int KIND_SACK_PERMITTED = 4;
    private static final int KIND_SACK = 5;
    private static final int KIND_TIMESTAMPS = 8;

    private int mss;
    private int windowShift;
    private boolean sackPermitted;
    private boolean timestamps;
    private int timestampValue;
    private int timestampEcho;
    private int sackCount;
    private final int[] sackStart = new int[MAX_SACK_BLOCKS];
    private final int[] sackEnd = new int[MAX_SACK_BLOCKS];

    /** Forgets everything. */
    public void clear() {
        mss = 0;
        windowShift = -1;
        sackPermitted = false;
        timestamps = false;
        timestampValue = 0;
        timestampEcho = 0;
        sackCount = 0;
    }

    /**
     * Parses an option area. Unknown kinds are skipped.
     *
     * @return false if a length is impossible; what came before it stays parsed (RFC 9293 §3.1, MUST-7: never crash; the segment
     *     is still usable without the rest)
     */
    public boolean parse(DirectBuffer buffer, int offset, int length) {
        clear();
        int index = offset;
        final int end = offset + length;
        while (index < end) {
            final int kind = buffer.getByte(index);
            if (kind == KIND_END) {
                return true;
            }
            if (kind == KIND_NOP) {
                index++;
                continue;
            }
            if (index + 2 > end) {
                return false;
            }
            final int size = buffer.getByte(index + 1) & 0xff;
            if (size < 2 || index + size > end) {
                return false;
            }
            parseOne(buffer, index, kind, size);
            index += size;
        }
        return true;
    }

    private void parseOne(DirectBuffer buffer, int index, int kind, int size) {
        switch (kind) {
            case KIND_MSS -> {
                if (size == 4) {
                    mss = buffer.getShort(index + 2, ByteOrder.BIG_ENDIAN) & 0xffff;
                }
            }
            case KIND_WINDOW_SCALE -> {
                if (size == 3) {
                    // RFC 7323 §2.3: a shift above 14 is taken as 14.
                    windowShift = Math.min(MAX_WINDOW_SHIFT, buffer.getByte(index + 2) & 0xff);
                }
            }
            case KIND_SACK_PERMITTED -> sackPermitted = size == 2;
            case KIND_SACK -> parseSack(buffer, index, size);
            case KIND_TIMESTAMPS -> {
                if (size == 10) {
                    timestamps = true;
                    timestampValue = buffer.getInt(index + 2, ByteOrder.BIG_ENDIAN);
                    timestampEcho = buffer.getInt(index + 6, ByteOrder.BIG_ENDIAN);
                }
            }
            default -> {
                // RFC 9293 §3.1, MUST-6: ignore an option that is not implemented.
            }
        }
    }

    private void parseSack(DirectBuffer buffer, int index, int size) {
        if (size < 10 || (size - 2) % 8 != 0) {
            return;
        }
        sackCount = Math.min(MAX_SACK_BLOCKS, (size - 2) >> 3);
        for (int i = 0; i < sackCount; i++) {
            sackStart[i] = buffer.getInt(index + 2 + (i << 3), ByteOrder.BIG_ENDIAN);
            sackEnd[i] = buffer.getInt(index + 6 + (i << 3), ByteOrder.BIG_ENDIAN);
        }
    }

    /** Maximum segment size; 0 if absent. */
    public int mss() {
        return mss;
    }

    /** Window shift 0–14; -1 if absent. */
    public int windowShift() {
        return windowShift;
    }

    /** SACK permitted was there. */
    public boolean sackPermitted() {
        return sackPermitted;
    }

    /** A timestamps option was there. */
    public boolean hasTimestamps() {
        return timestamps;
    }

    /** TSval. */
    public int timestampValue() {
        return timestampValue;
    }

    /** TSecr. */
    public int timestampEcho() {
        return timestampEcho;
    }

    /** Number of SACK blocks, 0–4. */
    public int sackCount() {
        return sackCount;
    }

    /** Left edge of a block. */
    public int sackStart(int index) {
        return sackStart[index];
    }

    /** Right edge of a block (first sequence number not held). */
    public int sackEnd(int index) {
        return sackEnd[index];
    }

    /** Writes MSS. Returns the new offset. */
    public static int putMss(MutableDirectBuffer buffer, int offset, int mss) {
        buffer.putInt(offset, KIND_MSS << 24 | 4 << 16 | mss, ByteOrder.BIG_ENDIAN);
        return offset + 4;
    }

    /** Writes NOP and window scale. Returns the new offset. */
    public static int putWindowScale(MutableDirectBuffer buffer, int offset, int shift) {
        buffer.putInt(offset, KIND_NOP << 24 | KIND_WINDOW_SCALE << 16 | 3 << 8 | shift, ByteOrder.BIG_ENDIAN);
        return offset + 4;
    }

    /** Writes NOP NOP and SACK permitted. Returns the new offset. */
    public static int putSackPermitted(MutableDirectBuffer buffer, int offset) {
        buffer.putInt(offset, 0x0101_0000 | KIND_SACK_PERMITTED << 8 | 2, ByteOrder.BIG_ENDIAN);
        return offset + 4;
    }

    /** Writes NOP NOP and timestamps. Returns the new offset. */
    public static int putTimestamps(MutableDirectBuffer buffer, int offset, int value, int echo) {
        buffer.putInt(offset, 0x0101_0000 | KIND_TIMESTAMPS << 8 | 10, ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + 4, value, ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + 8, echo, ByteOrder.BIG_ENDIAN);
        return offset + TIMESTAMPS_LENGTH;
    }

    /** Writes NOP NOP and the head of a SACK option with {@code count} blocks. Returns where the first block goes. */
    public static int putSackHeader(MutableDirectBuffer buffer, int offset, int count) {
        buffer.putInt(offset, 0x0101_0000 | KIND_SACK << 8 | (2 + (count << 3)), ByteOrder.BIG_ENDIAN);
        return offset + 4;
    }

    /** Writes one SACK block. Returns the new offset. */
    public static int putSackBlock(MutableDirectBuffer buffer, int offset, int start, int end) {
        buffer.putInt(offset, start, ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + 4, end, ByteOrder.BIG_ENDIAN);
        return offset + 8;
    }
}
