package io.tickwire.net.tcp;

import io.tickwire.net.tcp.loss.NextSegment;
import io.tickwire.net.tcp.loss.Prr;
import io.tickwire.net.tcp.loss.RackTlp;
import io.tickwire.net.tcp.loss.SentSegments;
import io.tickwire.net.tcp.loss.SpuriousTimeout;

/**
 * Loss detection and recovery of one connection: RACK-TLP (RFC 8985) or the scoreboard rule of RFC 6675 with SACK, NewReno (RFC 6582)
 * without; PRR (RFC 6937) for the window in between; RFC 6298 §5 on timeout.
 *
 * <pre>
 *  OPEN --loss detected--> FAST --SND.UNA reaches the recovery point--> OPEN
 *  OPEN, FAST --RTO--> TIMEOUT --SND.UNA reaches the recovery point--> OPEN
 * </pre>
 */
final class Recovery {
    static final int OPEN = 0;
    static final int FAST = 1;
    static final int TIMEOUT = 2;

    /** RFC 5681 §3.2, RFC 6675 §2. */
    private static final int DUP_THRESHOLD = 3;

    final RackTlp rack = new RackTlp();
    final SpuriousTimeout spurious = new SpuriousTimeout();
    private final Prr prr = new Prr();
    private final NextSegment nextSegment = new NextSegment();
    private final TcpConnection connection;
    private int mode;
    private int point;
    private int duplicateAcks;
    private int duplicateBytes;

    Recovery(TcpConnection connection) {
        this.connection = connection;
    }

    void reset() {
        mode = OPEN;
        duplicateAcks = 0;
        duplicateBytes = 0;
        rack.reset();
        spurious.reset();
    }

    /** Sets the recovery point ("recover" of RFC 6582 §3.2, step 1) to the initial sequence number. */
    void start(int iss) {
        point = iss;
    }

    int mode() {
        return mode;
    }

    private boolean usesRack() {
        return connection.sack && connection.tcp.settings().rack;
    }

    /** What is in the network. Without SACK each duplicate ACK stands for a segment that has left it (RFC 5681 §3.2, RFC 3042). */
    int pipeBytes() {
        final int pipe = connection.sender.segments.pipeBytes();
        return connection.sack ? pipe : Math.max(0, pipe - duplicateBytes);
    }

    void onSent(int bytes) {
        if (mode == FAST) {
            prr.onSent(bytes);
        }
    }

    /**
     * An acceptable acknowledgement was applied to the segment table.
     *
     * @param ackedBytes by which SND.UNA moved
     * @param sackedBytes newly SACKed
     * @param deliveredBytes newly known to be delivered, by either
     * @param duplicate a duplicate ACK as RFC 5681 §2 defines it
     * @param limited the congestion window was in use when it arrived
     */
    void onAck(int ackedBytes, int sackedBytes, int deliveredBytes, boolean duplicate, boolean limited, long nowNs) {
        final Sender sender = connection.sender;
        final boolean left = mode != OPEN && SeqNum.geq(sender.una, point);
        if (left) {
            leave();
        }
        int delivered = deliveredBytes;
        if (!connection.sack) {
            delivered = withoutSack(ackedBytes, duplicate);
        } else if (usesRack()) {
            detectByTime(nowNs);
        } else if (sackedBytes > 0 || mode == FAST) {
            detectByCount();
        }
        if (mode == OPEN && sender.segments.lostBytes() > 0) {
            enter(nowNs);
        }
        if (mode == FAST) {
            final int pipe = pipeBytes();
            int window = prr.window(delivered, pipe, connection.mssBytes);
            if (!connection.sack && ackedBytes > 0) {
                // RFC 6582 §3.2 step 3: a partial acknowledgement retransmits, whatever PRR would hold back.
                window = Math.max(window, pipe + connection.mssBytes);
            }
            sender.congestion.windowBytes(window);
        } else if (ackedBytes > 0 && limited && !left) {
            sender.congestion.onAcked(ackedBytes, sender.rtt.smoothedNs(), nowNs);
        }
    }

    private void enter(long nowNs) {
        final Sender sender = connection.sender;
        mode = FAST;
        nextSegment.enter();
        point = sender.nxt;
        final int flight = sender.segments.outstandingBytes();
        sender.congestion.onLoss(flight, nowNs);
        prr.enter(flight, sender.congestion.thresholdBytes());
        rack.cancelProbe();
        connection.timers.cancel(ConnectionTimers.TAIL_PROBE);
        connection.tcp.counters.recoveries++;
    }

    private void leave() {
        if (mode == FAST) {
            // RFC 6937 §3: at the end of recovery the window is ssthresh.
            connection.sender.congestion.windowBytes(connection.sender.congestion.thresholdBytes());
            rack.onRecoveryEnd();
        }
        mode = OPEN;
        duplicateAcks = 0;
        duplicateBytes = 0;
    }

    /** NewReno, RFC 6582 §3.2. Returns the bytes that are taken to have been delivered. */
    private int withoutSack(int ackedBytes, boolean duplicate) {
        final Sender sender = connection.sender;
        final SentSegments segments = sender.segments;
        if (duplicate && mode == TIMEOUT) {
            // These are of segments that were in flight before the timeout, and all of those count as lost.
            return 0;
        }
        if (duplicate) {
            duplicateAcks++;
            duplicateBytes = Math.min(duplicateBytes + connection.mssBytes, segments.outstandingBytes());
            if (mode == OPEN && duplicateAcks == DUP_THRESHOLD && SeqNum.gt(sender.una, point)) {
                // Step 2: the third duplicate, and it covers more than "recover".
                segments.markLost(0);
            }
            return connection.mssBytes;
        }
        if (ackedBytes == 0) {
            return 0;
        }
        final int delivered = Math.max(ackedBytes - duplicateBytes, Math.min(ackedBytes, connection.mssBytes));
        if (mode == FAST) {
            // Step 3, partial acknowledgement: the next hole is lost too.
            duplicateBytes = Math.max(0, duplicateBytes - Math.max(0, ackedBytes - connection.mssBytes));
            if (segments.size() > 0 && !segments.has(0, SentSegments.RETRANSMITTED)) {
                segments.markLost(0);
            }
        } else {
            duplicateAcks = 0;
            duplicateBytes = 0;
        }
        return delivered;
    }

    /** RFC 6675 §4 IsLost: three segments' worth was SACKed above. */
    private void detectByCount() {
        final SentSegments segments = connection.sender.segments;
        final int threshold = (DUP_THRESHOLD - 1) * connection.mssBytes;
        int sackedAbove = 0;
        int blocksAbove = 0;
        boolean inBlock = false;
        for (int n = segments.size() - 1; n >= 0; n--) {
            if (segments.has(n, SentSegments.SACKED)) {
                sackedAbove += segments.bytes(n);
                blocksAbove += inBlock ? 0 : 1;
                inBlock = true;
                continue;
            }
            inBlock = false;
            if ((sackedAbove > threshold || blocksAbove >= DUP_THRESHOLD)
                    && !segments.has(n, SentSegments.LOST | SentSegments.RETRANSMITTED)) {
                segments.markLost(n);
            }
        }
    }

    /** Sends an old segment that is not deemed lost, if the rules have one: there is nothing else to send. RACK has its own ways (RFC 8985 §3.3). */
    int sendUnlost(long nowNs) {
        if (mode != FAST || !connection.sack || usesRack()) {
            return Sender.NOTHING;
        }
        final SentSegments segments = connection.sender.segments;
        final int n = nextSegment.find(segments);
        final int result = n < 0 ? Sender.NOTHING : connection.sender.retransmit(n, false, nowNs);
        if (result == Sender.SENT) {
            nextSegment.onSent(segments, n);
        }
        return result;
    }

    private void detectByTime(long nowNs) {
        final Sender sender = connection.sender;
        final long againNs =
                rack.detectLoss(sender.segments, connection.mssBytes, sender.rtt.smoothedNs(), mode != OPEN, nowNs);
        if (againNs > 0) {
            connection.timers.set(ConnectionTimers.REORDER, nowNs + againNs);
        } else {
            connection.timers.cancel(ConnectionTimers.REORDER);
        }
    }

    /** RFC 8985 §6.3: the reordering timer fired. */
    void onReorderTimer(long nowNs) {
        if (connection.sender.segments.size() == 0 || !usesRack()) {
            return;
        }
        onAck(0, 0, 0, false, false, nowNs);
        connection.tcp.makeReady(connection);
    }

    /** RFC 8985 §7.4.2: the probe filled a hole; one congestion response is due. */
    void onProbeRepaired(long nowNs) {
        if (mode == OPEN) {
            final Sender sender = connection.sender;
            sender.congestion.onLoss(sender.segments.outstandingBytes() + connection.mssBytes, nowNs);
            sender.congestion.windowBytes(sender.congestion.thresholdBytes());
        }
    }

    /** RFC 8985 §7.2. */
    void scheduleTailProbe(long nowNs) {
        final SentSegments segments = connection.sender.segments;
        final ConnectionTimers timers = connection.timers;
        if (!usesRack() || mode != OPEN || rack.isProbing() || segments.sackedBytes() > 0 || segments.size() == 0) {
            timers.cancel(ConnectionTimers.TAIL_PROBE);
            return;
        }
        long atNs = nowNs + RackTlp.probeDelayNs(connection.sender.rtt.smoothedNs(), segments.size() == 1);
        if (timers.isArmed(ConnectionTimers.RETRANSMIT)) {
            final long timeoutNs = timers.deadlineNs(ConnectionTimers.RETRANSMIT);
            atNs = timeoutNs - atNs < 0 ? timeoutNs : atNs;
        }
        timers.set(ConnectionTimers.TAIL_PROBE, atNs);
    }

    /** RFC 8985 §7.3: sends a probe. Returns true if it did, and the RTO was re-armed. */
    boolean onTailProbe(long nowNs) {
        final Sender sender = connection.sender;
        final SentSegments segments = sender.segments;
        if (mode != OPEN || rack.isProbing() || segments.sackedBytes() > 0 || segments.size() == 0) {
            return false;
        }
        boolean retransmission = false;
        int result = sender.sendNew(true, nowNs);
        if (result == Sender.NOTHING) {
            retransmission = true;
            result = sender.retransmit(segments.size() - 1, true, nowNs);
        }
        if (result != Sender.SENT) {
            return false;
        }
        rack.onProbeSent(retransmission, sender.nxt);
        connection.timers.cancel(ConnectionTimers.TAIL_PROBE);
        connection.tcp.counters.tailProbes++;
        sender.armRetransmit(nowNs);
        return true;
    }

    /** The timeout was not needed: goes on with new data, as if it had not been. RFC 4015 §3.2 steps 8 and 9. */
    void resume(int ackedBytes) {
        final Sender sender = connection.sender;
        mode = OPEN;
        duplicateAcks = 0;
        duplicateBytes = 0;
        sender.segments.forgetLost();
        final int initial = connection.tcp.settings().initialWindowSegments * connection.mssBytes;
        sender.congestion.undoTimeout(
                sender.segments.outstandingBytes() + Math.min(ackedBytes, initial), spurious.resume(sender.nxt));
        connection.tcp.counters.spuriousTimeouts++;
    }

    /** RFC 6298 §5.4–5.6, RFC 5681 §3.1. */
    void onTimeout(long nowNs) {
        final Sender sender = connection.sender;
        final SentSegments segments = sender.segments;
        if (segments.size() == 0) {
            return;
        }
        connection.tcp.counters.timeouts++;
        if (mode == OPEN && connection.timestamps && !segments.has(0, SentSegments.EVER_RETRANSMITTED)) {
            spurious.onTimeout(
                    connection.timestamp(nowNs), segments.outstandingBytes(), sender.congestion.thresholdBytes());
            sender.rtt.remember();
        } else if (mode != TIMEOUT) {
            spurious.cancel();
        }
        sender.congestion.onTimeout(segments.outstandingBytes(), sender.rtt.backoff() == 0, nowNs);
        if (segments.has(0, SentSegments.SACKED)) {
            // RFC 2018 §8: the oldest is SACKed and still not acknowledged: the receiver reneged. Linux judges
            // likewise.
            segments.forgetSacked();
        }
        loseAll(Integer.MAX_VALUE);
        sender.rtt.backOff();
        if (sender.retransmit(0, true, nowNs) != Sender.SENT) {
            connection.tcp.makeReady(connection);
        }
        sender.armRetransmit(nowNs);
    }

    /** The path MTU shrank: segments that no longer fit are sent again in smaller pieces; no sign of congestion. RFC 1191 §6.5. */
    void onSegmentsTooBig(int limit) {
        // Whatever the peer has got, the larger ones are lost: a timeout before this must not be undone, they with it.
        spurious.cancel();
        final SentSegments segments = connection.sender.segments;
        boolean any = false;
        for (int n = 0; n < segments.size(); n++) {
            any |= segments.bytes(n) > limit && !segments.has(n, SentSegments.SACKED);
        }
        if (any) {
            loseAll(limit);
            connection.tcp.makeReady(connection);
        }
    }

    private void loseAll(int unlessShorterThan) {
        final SentSegments segments = connection.sender.segments;
        for (int n = 0; n < segments.size(); n++) {
            if (unlessShorterThan == Integer.MAX_VALUE || segments.bytes(n) > unlessShorterThan) {
                segments.markLost(n);
            }
        }
        mode = TIMEOUT;
        point = connection.sender.nxt;
        duplicateAcks = 0;
        duplicateBytes = 0;
        rack.cancelProbe();
        connection.timers.cancel(ConnectionTimers.REORDER);
        connection.timers.cancel(ConnectionTimers.TAIL_PROBE);
    }
}
