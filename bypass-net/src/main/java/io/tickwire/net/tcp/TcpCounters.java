package io.tickwire.net.tcp;

/** What the TCP part of one stack has done; plain fields written by its thread. */
@SuppressWarnings("checkstyle:VisibilityModifier")
public final class TcpCounters {
    /** Segments accepted from IP, before any check. */
    public long segmentsIn;
    /** Segments given to IP. */
    public long segmentsOut;
    /** Of these, those that left as one frame for the device to cut: such frames. */
    public long segmentedOut;
    /** Payload bytes delivered in order to applications. */
    public long bytesIn;
    /** Payload bytes sent, retransmissions included. */
    public long bytesOut;
    /** Dropped: header or length impossible. */
    public long malformed;
    /** Dropped: checksum. */
    public long badChecksum;
    /** RSTs sent. */
    public long resetsOut;
    /** Connections that ended by a valid RST. */
    public long resetsIn;
    /** Challenge ACKs sent (RFC 5961). */
    public long challengeAcks;
    /** Challenge ACKs and out-of-window ACKs not sent because of a rate limit. */
    public long acksThrottled;
    /** Dropped by PAWS (RFC 7323 §5). */
    public long pawsDrops;
    /** Segments outside the receive window. */
    public long outOfWindow;
    /** Segments retransmitted for any reason. */
    public long retransmits;
    /** Retransmission timeouts. */
    public long timeouts;
    /** Of these, those that timestamps showed not to have been needed (RFC 3522). */
    public long spuriousTimeouts;
    /** Entries into fast recovery. */
    public long recoveries;
    /** Tail loss probes sent. */
    public long tailProbes;
    /** Zero-window and keep-alive probes sent. */
    public long probes;
    /** Duplicate SACK blocks received: our retransmission was spurious. */
    public long spurious;
    /** Segments stored out of order. */
    public long outOfOrder;
    /** Payload bytes that had been received before. */
    public long duplicateBytes;
    /** Out-of-order segments dropped: range table or buffer pool full. */
    public long reassemblyDrops;
    /** Active opens begun. */
    public long activeOpens;
    /** Connections accepted. */
    public long passiveOpens;
    /** SYN cookies sent. */
    public long cookiesSent;
    /** Connections opened by a valid SYN cookie. */
    public long cookiesAccepted;
    /** ACKs to a listener whose cookie was wrong. */
    public long cookiesRejected;
    /** SYNs dropped because the connection table is full. */
    public long synDrops;
    /** TIME_WAIT entries recycled early: a new SYN (RFC 6191) or table pressure. */
    public long timeWaitReuses;
    /** Connections given up: user timeout, connect timeout, keep-alive. */
    public long timedOut;
    /** Segments not sent at once because no frame or queue slot was free. */
    public long outputBlocked;
    /** Send or receive buffers refused because the pool is empty. */
    public long bufferDenied;
    /** Path MTU decreases taken from ICMP. */
    public long pathMtuDecreases;
    /** ICMP errors ignored: sequence number outside the window (RFC 5927 §4.1) or state. */
    public long icmpIgnored;
}
