package io.tickwire.net.kernel;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One end of a checked exchange over a stream, without the stream: the client says how much goes each way and from which seed, both ways
 * run at once, every byte is compared with what it must be, and the server ends with its verdict on what it got.
 *
 * <pre>
 *  client: up (8) down (8) seed (8) content of `up` bytes
 *  server: content of `down` bytes, verdict (1), the latter once it has everything
 * </pre>
 */
final class Transfer {
    private static final int HEADER_BYTES = 24;
    private static final byte INTACT = 1;

    private final boolean isClient;
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[HEADER_BYTES]);
    private long up;
    private long down;
    private long seed;
    private long received;
    private long sent;
    private boolean intact = true;
    private boolean verdict;
    private long progressNs;
    private long longestStallNs;

    private Transfer(boolean isClient, long nowNs) {
        this.isClient = isClient;
        progressNs = nowNs;
    }

    static Transfer client(long up, long down, long seed, long nowNs) {
        final Transfer transfer = new Transfer(true, nowNs);
        transfer.up = up;
        transfer.down = down;
        transfer.seed = seed;
        transfer.header.putLong(0, up);
        transfer.header.putLong(8, down);
        transfer.header.putLong(16, seed);
        return transfer;
    }

    static Transfer server(long nowNs) {
        return new Transfer(false, nowNs);
    }

    /** Bytes before the content in what this end receives. */
    private int inboundHeader() {
        return isClient ? 0 : HEADER_BYTES;
    }

    private long inboundEnd() {
        return isClient ? down + 1 : received < HEADER_BYTES ? HEADER_BYTES : HEADER_BYTES + up;
    }

    private long outboundEnd() {
        return isClient ? HEADER_BYTES + up : received < HEADER_BYTES ? 0 : down + (hasAll() ? 1 : 0);
    }

    private boolean hasAll() {
        return received >= HEADER_BYTES && received == HEADER_BYTES + up;
    }

    /** Both ways are complete. */
    boolean isDone() {
        return isClient ? received == down + 1 : hasAll() && sent == down + 1;
    }

    /** Every byte was right, also in the peer's opinion. */
    boolean isIntact() {
        return intact && (!isClient || verdict);
    }

    long longestStallNs() {
        return longestStallNs;
    }

    /** Writes what is to be sent next into a buffer: bytes written, 0 if nothing is to be sent now. */
    int next(MutableDirectBuffer target, int capacity) {
        final int length = (int) Math.min(capacity, outboundEnd() - sent);
        int done = 0;
        if (isClient && sent < HEADER_BYTES) {
            done = (int) Math.min(length, HEADER_BYTES - sent);
            target.putBytes(0, header, (int) sent, done);
        }
        final long base = sent + done - (isClient ? HEADER_BYTES : 0);
        final int content = (int) Math.min(length - done, (isClient ? up : down) - base);
        if (content > 0) {
            write(target, done, base, content, isClient ? seed : ~seed);
            done += content;
        }
        if (done < length) {
            target.putByte(done++, intact ? INTACT : 0);
        }
        return done;
    }

    /** So many of the bytes of {@link #next} were taken by the stream. */
    void onSent(int bytes, long nowNs) {
        sent += bytes;
        progress(nowNs);
    }

    /** Bytes arrived. */
    void onReceived(DirectBuffer buffer, int offset, int length, long nowNs) {
        progress(nowNs);
        int at = 0;
        while (at < length) {
            final int bytes = step(buffer, offset + at, length - at);
            received += bytes;
            at += bytes;
            if (!isClient && received == HEADER_BYTES) {
                up = header.getLong(0);
                down = header.getLong(8);
                seed = header.getLong(16);
            }
        }
    }

    private int step(DirectBuffer buffer, int offset, int length) {
        if (received < inboundHeader()) {
            final int bytes = (int) Math.min(length, HEADER_BYTES - received);
            header.putBytes((int) received, buffer, offset, bytes);
            return bytes;
        }
        if (received >= inboundEnd()) {
            intact = false;
            return length;
        }
        final long position = received - inboundHeader();
        final long left = (isClient ? down : up) - position;
        if (left == 0) {
            verdict = buffer.getByte(offset) == INTACT;
            return 1;
        }
        final int bytes = (int) Math.min(length, left);
        intact &= matches(buffer, offset, position, bytes, isClient ? ~seed : seed);
        return bytes;
    }

    private void progress(long nowNs) {
        longestStallNs = Math.max(longestStallNs, nowNs - progressNs);
        progressNs = nowNs;
    }

    private static long word(long seed, long index) {
        long z = seed + index * 0x9e37_79b9_7f4a_7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        return z ^ (z >>> 27);
    }

    private static byte octet(long seed, long position) {
        return (byte) (word(seed, position >>> 3) >>> (8 * (position & 7)));
    }

    private static void write(MutableDirectBuffer target, int offset, long position, int length, long seed) {
        int i = 0;
        while (i < length) {
            if (((position + i) & 7) == 0 && length - i >= Long.BYTES) {
                target.putLong(offset + i, word(seed, (position + i) >>> 3));
                i += Long.BYTES;
            } else {
                target.putByte(offset + i, octet(seed, position + i));
                i++;
            }
        }
    }

    private static boolean matches(DirectBuffer buffer, int offset, long position, int length, long seed) {
        int i = 0;
        while (i < length) {
            if (((position + i) & 7) == 0 && length - i >= Long.BYTES) {
                if (buffer.getLong(offset + i) != word(seed, (position + i) >>> 3)) {
                    return false;
                }
                i += Long.BYTES;
            } else {
                if (buffer.getByte(offset + i) != octet(seed, position + i)) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return (isClient ? "client" : "server") + " up=" + up + " down=" + down + " received=" + received + " sent="
                + sent + (intact ? "" : " BROKEN");
    }
}
