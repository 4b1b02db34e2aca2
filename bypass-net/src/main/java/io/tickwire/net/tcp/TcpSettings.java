package io.tickwire.net.tcp;

import java.util.concurrent.TimeUnit;

/**
 * Limits and timers of the TCP part of a stack. Set before the stack is made; not to be changed afterwards.
 *
 * <p>Times in nanoseconds. Defaults are those of the RFCs except where the field says otherwise.
 */
@SuppressWarnings("checkstyle:VisibilityModifier")
public final class TcpSettings {
    /** Congestion control algorithms. */
    public enum Congestion {
        /** RFC 5681 with RFC 3465 byte counting. */
        NEW_RENO,
        /** RFC 9438. */
        CUBIC
    }

    /** Most connections, half-open and TIME_WAIT included. */
    public int maxConnections = 16_384;
    /** Most half-open connections; beyond it SYN cookies answer. */
    public int synBacklog = 256;
    /** Answer SYNs statelessly under pressure. RFC 4987 §3.6. */
    public boolean synCookies = true;
    /** Send buffer per connection; a power of two. */
    public int sendBufferBytes = 256 * 1024;
    /** Receive buffer per connection, which is also the largest window; a power of two. */
    public int receiveBufferBytes = 256 * 1024;
    /** Most buffers of each kind; each is made on first use and then recycled. */
    public int maxBuffers = 2_048;
    /** Most unacknowledged segments per connection; a power of two. */
    public int maxSegmentsInFlight = 1_024;
    /** Most out-of-order ranges per connection. */
    public int maxReassemblyRanges = 64;

    /** Offer window scaling. RFC 7323 §2. */
    public boolean windowScaling = true;
    /** Offer timestamps. RFC 7323 §3. */
    public boolean timestamps = true;
    /** Offer SACK. RFC 2018. */
    public boolean sack = true;
    /** Detect loss by time (RFC 8985) besides counting (RFC 6675); needs SACK. */
    public boolean rack = true;
    /** Congestion control. */
    public Congestion congestion = Congestion.CUBIC;
    /** Initial window in segments. RFC 6928. */
    public int initialWindowSegments = 10;
    /** Switch Nagle's algorithm off: a broker's responses are whole messages. */
    public boolean noDelay = true;
    /** Acknowledge at the end of the duty cycle in which data came, rather than delay. */
    public boolean immediateAck = true;
    /** Delay of an acknowledgement if {@link #immediateAck} is off. RFC 9293 §3.8.6.3: below 0.5 s. */
    public long delayedAckNs = TimeUnit.MILLISECONDS.toNanos(40);

    /** RTO before the first sample. RFC 6298 §2.1. */
    public long initialRtoNs = TimeUnit.SECONDS.toNanos(1);
    /** Least RTO. RFC 6298 §2.4 says 1 s; 200 ms is what Linux has used for two decades. */
    public long minRtoNs = TimeUnit.MILLISECONDS.toNanos(200);
    /** Largest RTO. RFC 6298 §2.5: at least 60 s. */
    public long maxRtoNs = TimeUnit.SECONDS.toNanos(60);
    /** Give up when nothing was acknowledged for so long. RFC 9293 §3.8.3 (R2, at least 100 s), RFC 5482. */
    public long userTimeoutNs = TimeUnit.SECONDS.toNanos(120);
    /** Give up an active or passive open. RFC 9293 §3.8.3, MUST-23: at least 3 minutes for SYNs. */
    public long openTimeoutNs = TimeUnit.SECONDS.toNanos(180);
    /** Idle time before keep-alives; 0 = off. RFC 9293 §3.8.4: off by default. */
    public long keepAliveIdleNs;
    /** Between keep-alive probes. */
    public long keepAliveIntervalNs = TimeUnit.SECONDS.toNanos(75);
    /** Unanswered keep-alives before giving up. */
    public int keepAliveProbes = 9;
    /** Twice the maximum segment lifetime. RFC 9293 has 4 minutes; Linux 60 s, and so here. */
    public long timeWaitNs = TimeUnit.SECONDS.toNanos(60);
    /** How long an orphaned connection (closed by the application) stays in FIN_WAIT_2. As Linux' tcp_fin_timeout. */
    public long finWait2Ns = TimeUnit.SECONDS.toNanos(60);

    /** Challenge ACKs per second for the whole stack. RFC 5961 §7. */
    public int challengeAcksPerSecond = 1_000;
    /** RSTs per second for segments that belong to no connection. */
    public int resetsPerSecond = 1_000;
    /** Least time between two ACKs of one connection for unacceptable segments without data. As Linux' tcp_invalid_ratelimit. */
    public long invalidAckIntervalNs = TimeUnit.MILLISECONDS.toNanos(500);

    /** First ephemeral port. RFC 6056 §3.2. */
    public int ephemeralPortFirst = 49_152;
    /** Last ephemeral port. */
    public int ephemeralPortLast = 65_535;

    /**
     * Checks the values against each other.
     *
     * @throws IllegalArgumentException naming the field, its value and what would be right
     */
    public TcpSettings validate() {
        powerOfTwo("sendBufferBytes", sendBufferBytes, 4 * 1024, 1 << 29);
        powerOfTwo("receiveBufferBytes", receiveBufferBytes, 4 * 1024, 1 << 29);
        powerOfTwo("maxSegmentsInFlight", maxSegmentsInFlight, 16, 1 << 20);
        atLeast("maxConnections", maxConnections, 1);
        atLeast("synBacklog", synBacklog, 1);
        atLeast("maxBuffers", maxBuffers, 1);
        atLeast("maxReassemblyRanges", maxReassemblyRanges, 4);
        atLeast("initialWindowSegments", initialWindowSegments, 1);
        atLeast("minRtoNs", minRtoNs, 1_000_000);
        atLeast("maxRtoNs", maxRtoNs, Math.max(minRtoNs, initialRtoNs));
        if (delayedAckNs >= 500_000_000L) {
            throw new IllegalArgumentException("delayedAckNs = " + delayedAckNs + ": must be below 500000000");
        }
        if (ephemeralPortFirst < 1 || ephemeralPortLast > 65_535 || ephemeralPortFirst > ephemeralPortLast) {
            throw new IllegalArgumentException("ephemeral ports " + ephemeralPortFirst + "-" + ephemeralPortLast
                    + ": must be a range within 1-65535");
        }
        return this;
    }

    private static void powerOfTwo(String name, int value, int least, int most) {
        if (Integer.bitCount(value) != 1 || value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " = " + value + ": must be a power of two from " + least + " to " + most);
        }
    }

    private static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " = " + value + ": must be at least " + least);
        }
    }
}
