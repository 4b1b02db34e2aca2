package io.tickwire.net.tcp;

/**
 * Arithmetic modulo 2^32 on sequence numbers and timestamps. RFC 9293 §3.4, RFC 7323 §5.2.
 *
 * <p>The only class in which sequence numbers are compared. Distances must be below 2^31.
 */
public final class SeqNum {

    private SeqNum() {}

    /** a before b. */
    public static boolean lt(int a, int b) {
        return a - b < 0;
    }

    /** a before b, or equal. */
    public static boolean leq(int a, int b) {
        return a - b <= 0;
    }

    /** a after b. */
    public static boolean gt(int a, int b) {
        return a - b > 0;
    }

    /** a after b, or equal. */
    public static boolean geq(int a, int b) {
        return a - b >= 0;
    }

    /** Signed distance {@code to - from}. */
    public static int distance(int from, int to) {
        return to - from;
    }

    /** start ≤ seq &lt; start + size. */
    public static boolean inWindow(int seq, int start, int size) {
        return Integer.compareUnsigned(seq - start, size) < 0;
    }

    /** The later of two. */
    public static int max(int a, int b) {
        return a - b >= 0 ? a : b;
    }

    /** The earlier of two. */
    public static int min(int a, int b) {
        return a - b <= 0 ? a : b;
    }
}
