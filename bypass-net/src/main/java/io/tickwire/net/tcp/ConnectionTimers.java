package io.tickwire.net.tcp;

/** The deadlines of one connection. The wheel holds the connection once, at or before the earliest. */
final class ConnectionTimers {
    /** RTO, of data or of a SYN. RFC 6298. */
    static final int RETRANSMIT = 0;
    /** Tail loss probe. RFC 8985 §7. */
    static final int TAIL_PROBE = 1;
    /** RACK reordering timer. RFC 8985 §6.3. */
    static final int REORDER = 2;
    /** Zero-window and sender-SWS override. RFC 9293 §3.8.6.1. */
    static final int PERSIST = 3;
    /** Delayed acknowledgement. */
    static final int DELAYED_ACK = 4;
    /** Keep-alive. RFC 9293 §3.8.4. */
    static final int KEEP_ALIVE = 5;
    /** Nothing acknowledged for too long. RFC 5482. */
    static final int USER = 6;
    /** End of TIME_WAIT, or of an orphan's FIN_WAIT_2. */
    static final int LINGER = 7;
    /** The open takes too long. */
    static final int OPEN = 8;

    static final int COUNT = 9;

    private final TcpConnection connection;
    private final TimerWheel wheel;
    private final long[] deadlineNs = new long[COUNT];
    private int armed;

    ConnectionTimers(TcpConnection connection, TimerWheel wheel) {
        this.connection = connection;
        this.wheel = wheel;
    }

    void set(int kind, long atNs) {
        deadlineNs[kind] = atNs;
        armed |= 1 << kind;
        wheel.require(connection, atNs);
    }

    void cancel(int kind) {
        armed &= ~(1 << kind);
    }

    void cancelAll() {
        armed = 0;
        wheel.remove(connection);
    }

    boolean isArmed(int kind) {
        return (armed & 1 << kind) != 0;
    }

    boolean isIdle() {
        return armed == 0;
    }

    long deadlineNs(int kind) {
        return deadlineNs[kind];
    }

    /** True if a timer has expired; it is then disarmed. */
    boolean expire(int kind, long nowNs) {
        if (isArmed(kind) && deadlineNs[kind] - nowNs <= 0) {
            cancel(kind);
            return true;
        }
        return false;
    }

    /** Puts the connection back into the wheel after its slot came up. */
    void reschedule() {
        boolean any = false;
        long earliest = 0;
        for (int rest = armed; rest != 0; rest &= rest - 1) {
            final long deadline = deadlineNs[Integer.numberOfTrailingZeros(rest)];
            if (!any || deadline - earliest < 0) {
                earliest = deadline;
                any = true;
            }
        }
        if (any) {
            wheel.require(connection, earliest);
        }
    }
}
