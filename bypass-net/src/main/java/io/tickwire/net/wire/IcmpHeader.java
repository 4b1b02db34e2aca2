package io.tickwire.net.wire;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * ICMP header. RFC 792; next-hop MTU of "fragmentation needed" from RFC 1191 §4.
 *
 * <pre>
 *  0       1       2               4               6               8
 * +-------+-------+---------------+---------------+---------------+
 * | Type  | Code  |   Checksum    | id | unused   | seq | MTU     | data ...
 * +-------+-------+---------------+---------------+---------------+
 * </pre>
 */
public final class IcmpHeader {
    /** Bytes before the data. */
    public static final int LENGTH = 8;
    /** Type: echo reply. */
    public static final int ECHO_REPLY = 0;
    /** Type: destination unreachable. */
    public static final int UNREACHABLE = 3;
    /** Type: echo request. */
    public static final int ECHO_REQUEST = 8;
    /** Type: time exceeded. */
    public static final int TIME_EXCEEDED = 11;
    /** Type: parameter problem. */
    public static final int PARAMETER_PROBLEM = 12;
    /** Unreachable code: protocol. */
    public static final int CODE_PROTOCOL = 2;
    /** Unreachable code: port. */
    public static final int CODE_PORT = 3;
    /** Unreachable code: fragmentation needed and DF set. */
    public static final int CODE_FRAGMENTATION_NEEDED = 4;
    /** Time exceeded code: fragment reassembly. */
    public static final int CODE_REASSEMBLY = 1;

    private static final int CHECKSUM_OFFSET = 2;
    private static final int REST_OFFSET = 4;
    private static final int MTU_OFFSET = 6;

    private IcmpHeader() {}

    /** True if {@code length} bytes are a whole message with a right checksum. */
    public static boolean isValid(DirectBuffer buffer, int offset, int length) {
        return length >= LENGTH && Checksum.of(buffer, offset, length) == 0;
    }

    /** Type. */
    public static int type(DirectBuffer buffer, int offset) {
        return buffer.getByte(offset) & 0xff;
    }

    /** Code. */
    public static int code(DirectBuffer buffer, int offset) {
        return buffer.getByte(offset + 1) & 0xff;
    }

    /** Next-hop MTU of a fragmentation-needed message; 0 from routers older than RFC 1191. */
    public static int nextHopMtu(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + MTU_OFFSET, ByteOrder.BIG_ENDIAN) & 0xffff;
    }

    /** The second word: identifier and sequence of an echo, MTU of an unreachable. */
    public static int rest(DirectBuffer buffer, int offset) {
        return buffer.getInt(offset + REST_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    /** Writes type, code and second word around a body already in place, then the checksum over {@code length} bytes. */
    public static void encode(MutableDirectBuffer buffer, int offset, int type, int code, int rest, int length) {
        buffer.putByte(offset, (byte) type);
        buffer.putByte(offset + 1, (byte) code);
        buffer.putShort(offset + CHECKSUM_OFFSET, (short) 0);
        buffer.putInt(offset + REST_OFFSET, rest, ByteOrder.BIG_ENDIAN);
        final int checksum = Checksum.of(buffer, offset, length);
        buffer.putShort(offset + CHECKSUM_OFFSET, (short) checksum, ByteOrder.BIG_ENDIAN);
    }
}
