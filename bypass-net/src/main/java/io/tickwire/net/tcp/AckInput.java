package io.tickwire.net.tcp;

import io.tickwire.net.tcp.loss.SentSegments;
import io.tickwire.net.wire.TcpHeader;
import io.tickwire.net.wire.TcpOptions;

/** What an acknowledgement does to the send half. RFC 9293 §3.10.7.4 (fifth, check the ACK field), RFC 2018, RFC 2883. */
final class AckInput {
    private final Tcp tcp;
    private boolean duplicateSack;
    private int deliveredBytes;
    private int sackedBytes;
    private long sampleNs;

    AckInput(Tcp tcp) {
        this.tcp = tcp;
    }

    /** Processes SEG.ACK, the window and SACK. Returns false if the segment must be dropped. */
    boolean onAck(TcpConnection c, Segment segment, long nowNs) {
        final Sender sender = c.sender;
        final int ack = segment.acknowledgement;
        if (SeqNum.gt(ack, sender.nxt) || SeqNum.lt(ack, sender.una - sender.maxWindowBytes)) {
            // RFC 5961 §5.2: outside SND.UNA - MAX.SND.WND =< SEG.ACK =< SND.NXT. RFC 9293: "send an ACK, drop the
            // segment".
            tcp.challengeAck(c, nowNs);
            return false;
        }
        if (SeqNum.lt(ack, sender.una)) {
            // RFC 9293: an old acknowledgement is ignored; the rest of the segment is processed.
            return true;
        }
        final int windowBytes = segment.window << sender.windowShift;
        final boolean duplicate = ack == sender.una
                && segment.payloadLength == 0
                && sender.segments.size() > 0
                && windowBytes == sender.windowBytes
                && !segment.has(TcpHeader.SYN | TcpHeader.FIN);
        updateWindow(c, segment, windowBytes, nowNs);
        boolean limited = wasLimited(c);
        deliveredBytes = 0;
        sackedBytes = 0;
        sampleNs = 0;
        duplicateSack = false;
        final int acked = cumulative(c, segment, nowNs);
        if (c.sack) {
            selective(c, segment, nowNs);
        }
        if (acked == 0 && sender.segments.size() == 0) {
            return true;
        }
        sampleRtt(c, segment, acked, nowNs);
        if (acked > 0 && isTimeoutSpurious(c, segment)) {
            c.recovery.resume(acked);
            // The window has been set, this acknowledgement included.
            limited = false;
        }
        if (c.recovery.rack.isProbing()) {
            final boolean bare = duplicate && segment.options.sackCount() == 0;
            if (c.recovery.rack.onProbeAck(ack, duplicateSack, bare)) {
                c.recovery.onProbeRepaired(nowNs);
            }
        }
        c.recovery.onAck(acked, sackedBytes, deliveredBytes, duplicate, limited, nowNs);
        sender.congestionLimited = false;
        afterAck(c, acked, nowNs);
        return true;
    }

    private boolean isTimeoutSpurious(TcpConnection c, Segment segment) {
        final TcpOptions options = segment.options;
        return c.recovery.spurious.isSpurious(
                options.hasTimestamps(), options.timestampEcho(), duplicateSack, c.sender.segments.size() == 0);
    }

    private static void updateWindow(TcpConnection c, Segment segment, int windowBytes, long nowNs) {
        final Sender sender = c.sender;
        final int ack = segment.acknowledgement;
        // RFC 9293: SND.WL1 < SEG.SEQ, or equal and SND.WL2 =< SEG.ACK. A larger window with the same numbers is taken
        // too.
        if (SeqNum.lt(sender.wl1, segment.sequence)
                || (sender.wl1 == segment.sequence && SeqNum.leq(sender.wl2, ack))) {
            final boolean wasClosed = sender.windowBytes == 0;
            sender.window(windowBytes, segment.sequence, ack);
            if (windowBytes == 0) {
                // RFC 9293 §3.8.6.1, MUST-37: a peer that acknowledges probes keeps the connection open.
                sender.progressNs = nowNs;
            } else if (wasClosed) {
                c.timers.cancel(ConnectionTimers.PERSIST);
                sender.persistCount = 0;
            }
        }
        if (sender.windowBytes == 0) {
            sender.progressNs = nowNs;
        }
        tcpReady(c);
    }

    private static void tcpReady(TcpConnection c) {
        if (c.sender.hasUnsent() || c.sender.segments.lostBytes() > 0) {
            c.tcp.makeReady(c);
        }
    }

    private static boolean wasLimited(TcpConnection c) {
        final Sender sender = c.sender;
        final int outstanding = sender.segments.outstandingBytes();
        final int window = sender.congestion.windowBytes();
        // RFC 7661's concern, Linux' rule: in slow start half the window in use is enough, beyond it must be the limit.
        return sender.congestionLimited
                || (window < sender.congestion.thresholdBytes() ? 2 * outstanding >= window : outstanding >= window);
    }

    private int cumulative(TcpConnection c, Segment segment, long nowNs) {
        final Sender sender = c.sender;
        final SentSegments segments = sender.segments;
        final int ack = segment.acknowledgement;
        final int acked = SeqNum.distance(sender.una, ack);
        while (segments.size() > 0 && SeqNum.leq(segments.end(0), ack)) {
            final boolean sacked = segments.has(0, SentSegments.SACKED);
            if (!sacked) {
                deliveredBytes += segments.bytes(0);
                delivered(c, segment, 0, nowNs);
                if (sampleNs == 0 && !segments.has(0, SentSegments.EVER_RETRANSMITTED)) {
                    sampleNs = Math.max(1, nowNs - segments.sentNs(0));
                }
            }
            segments.removeFirst();
        }
        if (segments.size() > 0 && SeqNum.lt(segments.start(0), ack)) {
            deliveredBytes += segments.has(0, SentSegments.SACKED) ? 0 : SeqNum.distance(segments.start(0), ack);
            segments.trimFirst(ack);
        }
        sender.una = ack;
        return acked;
    }

    private static void delivered(TcpConnection c, Segment segment, int n, long nowNs) {
        final SentSegments segments = c.sender.segments;
        final boolean echoPrecedes = c.timestamps
                && segment.options.hasTimestamps()
                && SeqNum.lt(segment.options.timestampEcho(), c.timestamp(segments.sentNs(n)));
        c.recovery.rack.onDelivered(segments, n, echoPrecedes, nowNs);
    }

    private void selective(TcpConnection c, Segment segment, long nowNs) {
        final TcpOptions options = segment.options;
        final int count = options.sackCount();
        for (int i = 0; i < count; i++) {
            final int start = options.sackStart(i);
            final int end = options.sackEnd(i);
            if (!SeqNum.lt(start, end)) {
                continue;
            }
            if (i == 0 && isDuplicate(options, segment.acknowledgement)) {
                duplicateSack = true;
                c.recovery.spurious.onDuplicateSack();
                tcp.counters.spurious++;
                c.recovery.rack.onDuplicateSack(c.sender.una, c.sender.nxt);
                continue;
            }
            // RFC 2018 §3: blocks lie above SND.UNA and within what was sent; others are ignored.
            if (SeqNum.gt(start, c.sender.una) && SeqNum.leq(end, c.sender.nxt)) {
                markBlock(c, segment, start, end, nowNs);
            }
        }
    }

    /** RFC 2883 §4: the first block is below SEG.ACK, or within the second. */
    private static boolean isDuplicate(TcpOptions options, int ack) {
        return SeqNum.leq(options.sackEnd(0), ack)
                || (options.sackCount() > 1
                        && SeqNum.geq(options.sackStart(0), options.sackStart(1))
                        && SeqNum.leq(options.sackEnd(0), options.sackEnd(1)));
    }

    private void markBlock(TcpConnection c, Segment segment, int start, int end, long nowNs) {
        final SentSegments segments = c.sender.segments;
        final int size = segments.size();
        for (int n = segments.firstFrom(start); n < size && SeqNum.leq(segments.end(n), end); n++) {
            if (!segments.has(n, SentSegments.SACKED)) {
                final int bytes = segments.bytes(n);
                delivered(c, segment, n, nowNs);
                segments.markSacked(n);
                deliveredBytes += bytes;
                sackedBytes += bytes;
            }
        }
    }

    private void sampleRtt(TcpConnection c, Segment segment, int acked, long nowNs) {
        final Sender sender = c.sender;
        if (sampleNs > 0) {
            // RFC 6298 §3: only segments sent once.
            if (c.recovery.spurious.adapts(segment.acknowledgement)) {
                sender.rtt.adapt(sampleNs);
            } else {
                sender.rtt.sample(sampleNs);
            }
        } else if (acked > 0 && c.timestamps && segment.options.hasTimestamps()) {
            // RFC 7323 §4.1: the echo disambiguates; its clock ticks in milliseconds.
            final int elapsedMs = SeqNum.distance(segment.options.timestampEcho(), c.timestamp(nowNs));
            if (elapsedMs >= 0 && segment.options.timestampEcho() != 0) {
                sender.rtt.sample(Math.max(1, elapsedMs) * 1_000_000L);
            }
        } else if (acked > 0) {
            sender.rtt.progress();
        }
    }

    private static void afterAck(TcpConnection c, int acked, long nowNs) {
        final Sender sender = c.sender;
        final ConnectionTimers timers = c.timers;
        if (acked > 0) {
            sender.progressNs = nowNs;
        }
        if (sender.segments.size() == 0) {
            // RFC 6298 §5.2.
            timers.cancel(ConnectionTimers.RETRANSMIT);
            timers.cancel(ConnectionTimers.TAIL_PROBE);
            timers.cancel(ConnectionTimers.REORDER);
            timers.cancel(ConnectionTimers.USER);
        } else {
            if (acked > 0) {
                // RFC 6298 §5.3.
                sender.armRetransmit(nowNs);
            }
            c.recovery.scheduleTailProbe(nowNs);
        }
        tcpReady(c);
        if (c.wantsWritable) {
            c.tcp.makeReady(c);
        }
    }
}
