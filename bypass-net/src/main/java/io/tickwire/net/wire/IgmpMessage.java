package io.tickwire.net.wire;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * IGMP messages. RFC 2236 §2 (version 2), RFC 9776 §4 (version 3; obsoletes RFC 3376).
 *
 * <pre>
 * query, v2 report, leave                      v3 query continues
 *  0      1          2          4               8          9      10          12
 * +------+----------+----------+---------------+----------+------+-----------+----------------+
 * | Type | Max Resp | Checksum | Group address | Resv S QRV| QQIC | N sources | source [N] ... |
 * +------+----------+----------+---------------+----------+------+-----------+----------------+
 * v3 report: type 0x22, 0, checksum, 0, number of group records, records; a record is
 * +-------------+--------------+-----------+---------------+----------------+
 * | Record type | Aux data len | N sources | Group address | source [N] ... |
 * +-------------+--------------+-----------+---------------+----------------+
 * </pre>
 */
public final class IgmpMessage {
    /** Bytes of a query of version 1 or 2, a v2 report, a leave; also the head of a v3 report. */
    public static final int LENGTH = 8;
    /** Bytes of a v3 query before its sources. */
    public static final int V3_QUERY_LENGTH = 12;
    /** Bytes of a v3 group record before its sources. */
    public static final int RECORD_LENGTH = 8;

    /** Type: membership query. */
    public static final int QUERY = 0x11;
    /** Type: version 1 report. */
    public static final int V1_REPORT = 0x12;
    /** Type: version 2 report. */
    public static final int V2_REPORT = 0x16;
    /** Type: version 2 leave. */
    public static final int V2_LEAVE = 0x17;
    /** Type: version 3 report. */
    public static final int V3_REPORT = 0x22;

    /** Record type: current state, include. */
    public static final int MODE_IS_INCLUDE = 1;
    /** Record type: current state, exclude. */
    public static final int MODE_IS_EXCLUDE = 2;
    /** Record type: filter changed to include. */
    public static final int CHANGE_TO_INCLUDE = 3;
    /** Record type: filter changed to exclude. */
    public static final int CHANGE_TO_EXCLUDE = 4;
    /** Record type: new sources wanted. */
    public static final int ALLOW_NEW_SOURCES = 5;
    /** Record type: sources no longer wanted. */
    public static final int BLOCK_OLD_SOURCES = 6;

    private static final int CHECKSUM_OFFSET = 2;
    private static final int GROUP_OFFSET = 4;
    private static final int S_QRV_OFFSET = 8;
    private static final int QQIC_OFFSET = 9;
    private static final int SOURCE_COUNT_OFFSET = 10;

    private IgmpMessage() {}

    /** True if {@code length} bytes are long enough and their checksum is right. */
    public static boolean isValid(DirectBuffer buffer, int offset, int length) {
        return length >= LENGTH && Checksum.of(buffer, offset, length) == 0;
    }

    /** Message type. */
    public static int type(DirectBuffer buffer, int offset) {
        return buffer.getByte(offset) & 0xff;
    }

    /** Max Resp Code as sent: tenths of a second in v2, coded in v3. */
    public static int maxResponseCode(DirectBuffer buffer, int offset) {
        return buffer.getByte(offset + 1) & 0xff;
    }

    /** Group address; 0 in a general query. */
    public static int group(DirectBuffer buffer, int offset) {
        return buffer.getInt(offset + GROUP_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    /** Querier's robustness variable of a v3 query; 0 if it does not say. */
    public static int robustness(DirectBuffer buffer, int offset) {
        return buffer.getByte(offset + S_QRV_OFFSET) & 7;
    }

    /** Querier's query interval code of a v3 query. */
    public static int queryIntervalCode(DirectBuffer buffer, int offset) {
        return buffer.getByte(offset + QQIC_OFFSET) & 0xff;
    }

    /** Number of sources of a v3 query; compare with the message's length before reading them. */
    public static int sourceCount(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + SOURCE_COUNT_OFFSET, ByteOrder.BIG_ENDIAN) & 0xffff;
    }

    /** One source of a v3 query. */
    public static int source(DirectBuffer buffer, int offset, int index) {
        return buffer.getInt(offset + V3_QUERY_LENGTH + (index << 2), ByteOrder.BIG_ENDIAN);
    }

    /** Decodes a v3 Max Resp Code or QQIC. RFC 9776 §4.1.1: 1xxx xxxx is a 3-bit exponent and a 4-bit mantissa. */
    public static int decodeFloat(int code) {
        return code < 128 ? code : ((code & 15) | 16) << ((code >>> 4 & 7) + 3);
    }

    /** Writes an eight-byte message: v2 report or leave (or a v2 query, for tests). */
    public static void encodeV2(MutableDirectBuffer buffer, int offset, int type, int maxResponse, int group) {
        buffer.putByte(offset, (byte) type);
        buffer.putByte(offset + 1, (byte) maxResponse);
        buffer.putInt(offset + GROUP_OFFSET, group, ByteOrder.BIG_ENDIAN);
        putChecksum(buffer, offset, LENGTH);
    }

    /** Writes the head of a v3 report; the records must be in place behind it. */
    public static void encodeV3Report(MutableDirectBuffer buffer, int offset, int recordCount, int length) {
        buffer.putInt(offset, V3_REPORT << 24, ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + GROUP_OFFSET, recordCount, ByteOrder.BIG_ENDIAN);
        putChecksum(buffer, offset, length);
    }

    /** Number of records of a v3 report. */
    public static int recordCount(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + 6, ByteOrder.BIG_ENDIAN) & 0xffff;
    }

    /** Writes the head of a group record; its sources go behind it. Returns where the first source goes. */
    public static int putRecord(MutableDirectBuffer buffer, int offset, int type, int sourceCount, int group) {
        buffer.putInt(offset, type << 24 | sourceCount, ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + 4, group, ByteOrder.BIG_ENDIAN);
        return offset + RECORD_LENGTH;
    }

    private static void putChecksum(MutableDirectBuffer buffer, int offset, int length) {
        buffer.putShort(offset + CHECKSUM_OFFSET, (short) 0);
        final int checksum = Checksum.of(buffer, offset, length);
        buffer.putShort(offset + CHECKSUM_OFFSET, (short) checksum, ByteOrder.BIG_ENDIAN);
    }
}
