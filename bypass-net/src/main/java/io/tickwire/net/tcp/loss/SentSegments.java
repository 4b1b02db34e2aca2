package io.tickwire.net.tcp.loss;

import io.tickwire.net.tcp.SeqNum;

/**
 * The sent and not cumulatively acknowledged segments of a connection, oldest first, with what is known of each: the scoreboard of
 * RFC 6675 §3 at segment granularity, with the transmission times that RFC 8985 needs.
 *
 * <p>A bounded ring of parallel arrays. Byte totals are kept as flags change, so that {@link #pipeBytes()} costs nothing.
 */
public final class SentSegments {
    /** Held by the receiver. */
    public static final int SACKED = 1;
    /** Deemed lost. */
    public static final int LOST = 2;
    /** Retransmitted, and that copy is in flight. */
    public static final int RETRANSMITTED = 4;
    /** Retransmitted at least once (Karn). */
    public static final int EVER_RETRANSMITTED = 8;
    /** Carries the FIN as its last sequence number. */
    public static final int FIN = 16;

    private static final int SMALLEST = 16;

    private final int limit;
    private int mask;
    private int[] start;
    private int[] end;
    private long[] sentNs;
    private int[] flags;
    private int head;
    private int size;
    private int sackedBytes;
    private int lostBytes;
    private int retransmittedBytes;
    private int outstandingBytes;
    private int pendingBytes;
    private int pendingHint;

    /** Creates a table that grows to a power-of-two capacity. */
    public SentSegments(int limit) {
        this.limit = limit;
        allocate(Math.min(SMALLEST, limit));
    }

    private void allocate(int capacity) {
        mask = capacity - 1;
        start = new int[capacity];
        end = new int[capacity];
        sentNs = new long[capacity];
        flags = new int[capacity];
    }

    /** Forgets all. */
    public void reset() {
        head = 0;
        size = 0;
        sackedBytes = 0;
        lostBytes = 0;
        retransmittedBytes = 0;
        outstandingBytes = 0;
        pendingBytes = 0;
        pendingHint = 0;
    }

    /** Doubles the table: happens a few times in the life of a connection object, never in steady state. */
    private void grow() {
        final int[] oldStart = start;
        final int[] oldEnd = end;
        final long[] oldSentNs = sentNs;
        final int[] oldFlags = flags;
        final int oldMask = mask;
        allocate((mask + 1) * 2);
        for (int n = 0; n < size; n++) {
            final int from = head + n & oldMask;
            start[n] = oldStart[from];
            end[n] = oldEnd[from];
            sentNs[n] = oldSentNs[from];
            flags[n] = oldFlags[from];
        }
        head = 0;
    }

    /** Number of segments. */
    public int size() {
        return size;
    }

    /** Segments that may still be added. */
    public int room() {
        return limit - size;
    }

    /** First sequence number of the n-th oldest. */
    public int start(int n) {
        return start[head + n & mask];
    }

    /** Sequence number behind the n-th oldest. */
    public int end(int n) {
        return end[head + n & mask];
    }

    /** When the n-th oldest was last sent. */
    public long sentNs(int n) {
        return sentNs[head + n & mask];
    }

    /** Flags of the n-th oldest. */
    public int flags(int n) {
        return flags[head + n & mask];
    }

    /** True if any of the given flags is set. */
    public boolean has(int n, int anyOf) {
        return (flags[head + n & mask] & anyOf) != 0;
    }

    /** Sequence space of the n-th oldest. */
    public int bytes(int n) {
        final int i = head + n & mask;
        return SeqNum.distance(start[i], end[i]);
    }

    /** Outstanding sequence space that the receiver holds. */
    public int sackedBytes() {
        return sackedBytes;
    }

    /** Outstanding sequence space deemed lost. */
    public int lostBytes() {
        return lostBytes;
    }

    /** Retransmitted sequence space in flight. */
    public int retransmittedBytes() {
        return retransmittedBytes;
    }

    /** All outstanding sequence space: SND.NXT - SND.UNA. */
    public int outstandingBytes() {
        return outstandingBytes;
    }

    /** RFC 6675 §4 SetPipe(): what is estimated to be in the network. */
    public int pipeBytes() {
        return outstandingBytes - sackedBytes - lostBytes + retransmittedBytes;
    }

    /** Appends a newly sent segment. The caller has checked {@link #room()}. */
    public void add(int from, int to, long nowNs, boolean fin) {
        assert size < limit : "no room";
        if (size > mask) {
            grow();
        }
        final int i = head + size & mask;
        start[i] = from;
        end[i] = to;
        sentNs[i] = nowNs;
        flags[i] = fin ? FIN : 0;
        size++;
        outstandingBytes += SeqNum.distance(from, to);
    }

    /** Removes the oldest, which is wholly acknowledged. */
    public void removeFirst() {
        final int i = head;
        final int bytes = SeqNum.distance(start[i], end[i]);
        discount(flags[i], bytes);
        outstandingBytes -= bytes;
        head = head + 1 & mask;
        size--;
        pendingHint = Math.max(0, pendingHint - 1);
    }

    /** The oldest is acknowledged up to {@code ack}, which lies within it. */
    public void trimFirst(int ack) {
        final int i = head;
        final int bytes = SeqNum.distance(start[i], ack);
        discount(flags[i], bytes);
        outstandingBytes -= bytes;
        start[i] = ack;
    }

    private void discount(int flag, int bytes) {
        if ((flag & SACKED) != 0) {
            sackedBytes -= bytes;
        }
        if ((flag & LOST) != 0) {
            lostBytes -= bytes;
            if ((flag & RETRANSMITTED) == 0) {
                pendingBytes -= bytes;
            }
        }
        if ((flag & RETRANSMITTED) != 0) {
            retransmittedBytes -= bytes;
        }
    }

    /** Marks the n-th as held by the receiver; it is then neither lost nor in flight. */
    public void markSacked(int n) {
        final int i = head + n & mask;
        final int bytes = SeqNum.distance(start[i], end[i]);
        discount(flags[i], bytes);
        flags[i] = (flags[i] & ~(LOST | RETRANSMITTED)) | SACKED;
        sackedBytes += bytes;
    }

    /** Marks the n-th as lost; a retransmitted copy counts as lost too. */
    public void markLost(int n) {
        final int i = head + n & mask;
        if ((flags[i] & SACKED) != 0) {
            return;
        }
        final int bytes = SeqNum.distance(start[i], end[i]);
        discount(flags[i], bytes);
        flags[i] = (flags[i] & ~RETRANSMITTED) | LOST;
        lostBytes += bytes;
        pendingBytes += bytes;
        pendingHint = Math.min(pendingHint, n);
    }

    /** The n-th was sent again. */
    public void markRetransmitted(int n, long nowNs) {
        final int i = head + n & mask;
        if ((flags[i] & RETRANSMITTED) == 0) {
            final int bytes = SeqNum.distance(start[i], end[i]);
            retransmittedBytes += bytes;
            if ((flags[i] & LOST) != 0) {
                pendingBytes -= bytes;
            }
        }
        flags[i] |= RETRANSMITTED | EVER_RETRANSMITTED;
        sentNs[i] = nowNs;
    }

    /** What was deemed lost was under way. */
    public void forgetLost() {
        for (int n = 0; n < size; n++) {
            flags[head + n & mask] &= ~LOST;
        }
        lostBytes = 0;
        pendingBytes = 0;
    }

    /** The receiver reneged (RFC 2018 §8): nothing counts as held. */
    public void forgetSacked() {
        for (int n = 0; n < size; n++) {
            flags[head + n & mask] &= ~SACKED;
        }
        sackedBytes = 0;
    }

    /** Splits the n-th at a sequence number within it; both halves keep its marks, the second the FIN. Needs {@link #room()}. */
    public void split(int n, int at) {
        assert size < limit : "no room";
        if (size > mask) {
            grow();
        }
        for (int m = size; m > n; m--) {
            final int to = head + m & mask;
            final int from = head + m - 1 & mask;
            start[to] = start[from];
            end[to] = end[from];
            sentNs[to] = sentNs[from];
            flags[to] = flags[from];
        }
        size++;
        final int first = head + n & mask;
        end[first] = at;
        flags[first] &= ~FIN;
        start[head + n + 1 & mask] = at;
    }

    /** Index of the oldest segment that is lost and not sent again since; -1 if none. */
    public int nextLost() {
        if (pendingBytes == 0) {
            pendingHint = size;
            return -1;
        }
        for (int n = pendingHint; n < size; n++) {
            if ((flags[head + n & mask] & (LOST | RETRANSMITTED)) == LOST) {
                pendingHint = n;
                return n;
            }
        }
        throw new IllegalStateException("pending bytes " + pendingBytes + " without a segment");
    }

    /** Index of the first segment that begins at or after a sequence number; {@link #size()} if none. */
    public int firstFrom(int seq) {
        int low = 0;
        int high = size;
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (SeqNum.lt(start[head + middle & mask], seq)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Recounts everything; for assertions. */
    public boolean isConsistent() {
        int sacked = 0;
        int lost = 0;
        int retransmitted = 0;
        int all = 0;
        int pending = 0;
        for (int n = 0; n < size; n++) {
            final int bytes = bytes(n);
            all += bytes;
            sacked += has(n, SACKED) ? bytes : 0;
            lost += has(n, LOST) ? bytes : 0;
            pending += (flags(n) & (LOST | RETRANSMITTED)) == LOST ? bytes : 0;
            retransmitted += has(n, RETRANSMITTED) ? bytes : 0;
            if (bytes <= 0
                    || (n > 0 && start(n) != end(n - 1))
                    || (has(n, SACKED) && has(n, LOST | RETRANSMITTED))
                    || (has(n, FIN) && n != size - 1)) {
                return false;
            }
        }
        return sacked == sackedBytes
                && pending == pendingBytes
                && lost == lostBytes
                && retransmitted == retransmittedBytes
                && all == outstandingBytes;
    }
}
