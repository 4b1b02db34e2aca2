package io.tickwire.net.tcp;

import io.tickwire.net.wire.TcpHeader;

/** Segments in SYN-RECEIVED and later states. RFC 9293 §3.10.7.4 with RFC 5961 and RFC 7323 §5. */
final class SynchronisedInput {
    /** RFC 7323 §5.5: after 24 days without a segment TS.Recent is stale. */
    private static final long TIMESTAMP_STALE_NS = 24L * 24 * 3_600 * 1_000_000_000L;

    private final Tcp tcp;
    private final AckInput ackInput;
    private final DataInput dataInput;

    SynchronisedInput(Tcp tcp) {
        this.tcp = tcp;
        ackInput = new AckInput(tcp);
        dataInput = new DataInput(tcp);
    }

    void onSegment(TcpConnection c, Segment segment, long nowNs) {
        if (!timestampAcceptable(c, segment, nowNs) || !sequenceAcceptable(c, segment, nowNs)) {
            return;
        }
        if (segment.has(TcpHeader.RST)) {
            onReset(c, segment, nowNs);
            return;
        }
        if (segment.has(TcpHeader.SYN)) {
            // Fourth: SYN in the window. RFC 5961 §4.2.
            tcp.challengeAck(c, nowNs);
            return;
        }
        if (!segment.has(TcpHeader.ACK)) {
            // Fifth: "if the ACK bit is off, drop the segment".
            return;
        }
        c.lastReceivedNs = nowNs;
        c.keepAlivesSent = 0;
        if (c.state == TcpState.SYN_RECEIVED && !completeHandshake(c, segment, nowNs)) {
            return;
        }
        if (!ackInput.onAck(c, segment, nowNs)) {
            return;
        }
        updateTimestamp(c, segment, nowNs);
        if (c.sender.finAcknowledged()) {
            onFinAcknowledged(c, nowNs);
            if (c.state == TcpState.CLOSED) {
                return;
            }
        }
        if (segment.payloadLength > 0 || segment.has(TcpHeader.FIN)) {
            payload(c, segment, nowNs);
        }
    }

    /** PAWS. RFC 7323 §5.3 R1, before everything else; RSTs are exempt. */
    private boolean timestampAcceptable(TcpConnection c, Segment segment, long nowNs) {
        if (!c.timestamps || segment.has(TcpHeader.RST)) {
            return true;
        }
        if (!segment.options.hasTimestamps()) {
            // RFC 7323 §3.2: once agreed, a segment without the option is dropped silently. A SYN is answered by its
            // own rule.
            return segment.has(TcpHeader.SYN);
        }
        if (SeqNum.lt(segment.options.timestampValue(), c.recentTimestamp)
                && nowNs - c.recentTimestampNs < TIMESTAMP_STALE_NS) {
            tcp.counters.pawsDrops++;
            acknowledgeUnacceptable(c, segment, nowNs);
            return false;
        }
        return true;
    }

    /** RFC 7323 §4.3 (2): only from the segment that covers Last.ACK.sent. */
    private static void updateTimestamp(TcpConnection c, Segment segment, long nowNs) {
        if (c.timestamps
                && segment.options.hasTimestamps()
                && SeqNum.leq(segment.sequence, c.receiver.lastAckSent)
                && SeqNum.geq(segment.options.timestampValue(), c.recentTimestamp)) {
            c.recentTimestamp = segment.options.timestampValue();
            c.recentTimestampNs = nowNs;
        }
    }

    /** First: the sequence number. The four cases of RFC 9293 §3.10.7.4, table 6. */
    private boolean sequenceAcceptable(TcpConnection c, Segment segment, long nowNs) {
        final Receiver receiver = c.receiver;
        final int window = receiver.windowBytes();
        final int length = segment.length();
        final boolean acceptable;
        if (length == 0) {
            acceptable = window == 0
                    ? segment.sequence == receiver.nxt
                    : SeqNum.inWindow(segment.sequence, receiver.nxt, window);
        } else if (window == 0) {
            acceptable = false;
        } else {
            acceptable = SeqNum.inWindow(segment.sequence, receiver.nxt, window)
                    || SeqNum.inWindow(segment.end() - 1, receiver.nxt, window)
                    || (SeqNum.lt(segment.sequence, receiver.nxt) && SeqNum.geq(segment.end(), receiver.nxt + window));
        }
        if (acceptable) {
            return true;
        }
        return unacceptable(c, segment, window, nowNs);
    }

    private boolean unacceptable(TcpConnection c, Segment segment, int window, long nowNs) {
        final Receiver receiver = c.receiver;
        tcp.counters.outOfWindow++;
        if (segment.has(TcpHeader.RST)) {
            return false;
        }
        if (segment.has(TcpHeader.SYN)) {
            if (c.state == TcpState.SYN_RECEIVED
                    && segment.sequence == receiver.initial
                    && !segment.has(TcpHeader.ACK)) {
                // The peer's SYN again: our SYN,ACK was lost.
                tcp.output.sendSyn(c, true, nowNs);
                return false;
            }
            if (c.state == TcpState.SYN_RECEIVED && c.activeOpen && segment.sequence == receiver.initial) {
                // Simultaneous open, the peer's SYN,ACK: its SYN we have, its acknowledgement completes the handshake.
                segment.flags &= ~TcpHeader.SYN;
                segment.sequence++;
                c.ackNow = true;
                tcp.makeReady(c);
                return true;
            }
            // RFC 5961 §4.2: whatever its sequence number.
            tcp.challengeAck(c, nowNs);
            return false;
        }
        final int payload = segment.payloadLength;
        if (payload > 0 && c.sack && SeqNum.leq(segment.sequence + payload, receiver.nxt)) {
            // RFC 2883 §4.1: report the duplicate.
            receiver.reassembly.reportDuplicate(segment.sequence, segment.sequence + payload);
            tcp.counters.duplicateBytes += payload;
        }
        acknowledgeUnacceptable(c, segment, nowNs);
        if (window == 0 && segment.sequence == receiver.nxt && segment.has(TcpHeader.ACK)) {
            // RFC 9293: with a zero window valid ACKs are still processed.
            segment.payloadLength = 0;
            segment.flags &= ~TcpHeader.FIN;
            return true;
        }
        return false;
    }

    private void acknowledgeUnacceptable(TcpConnection c, Segment segment, long nowNs) {
        // Two ends that disagree must not acknowledge each other for ever: Linux' rule, dataless segments only.
        if (segment.length() == 0) {
            if (c.invalidAckSent && nowNs - c.lastInvalidAckNs < tcp.settings().invalidAckIntervalNs) {
                tcp.counters.acksThrottled++;
                return;
            }
            c.invalidAckSent = true;
            c.lastInvalidAckNs = nowNs;
        }
        tcp.acknowledge(c, nowNs);
    }

    /** Second: RST. RFC 5961 §3.2. */
    private void onReset(TcpConnection c, Segment segment, long nowNs) {
        if (segment.sequence != c.receiver.nxt) {
            tcp.challengeAck(c, nowNs);
            return;
        }
        tcp.counters.resetsIn++;
        final boolean refused = c.state == TcpState.SYN_RECEIVED && c.activeOpen;
        final boolean done = c.state == TcpState.CLOSING || c.state == TcpState.LAST_ACK;
        tcp.terminate(c, refused ? CloseCause.REFUSED : done ? CloseCause.CLOSED : CloseCause.RESET);
    }

    private boolean completeHandshake(TcpConnection c, Segment segment, long nowNs) {
        final Sender sender = c.sender;
        if (segment.acknowledgement != sender.nxt) {
            // RFC 9293: "If the segment acknowledgment is not acceptable, form a reset segment".
            if (tcp.mayReset(nowNs)) {
                tcp.output.replyReset(segment);
            }
            return false;
        }
        tcp.halfOpen--;
        sender.una = segment.acknowledgement;
        sender.window(segment.window << sender.windowShift, segment.sequence, segment.acknowledgement);
        if (c.handshakeTransmissions == 1 && c.timers.isArmed(ConnectionTimers.OPEN)) {
            sender.rtt.sample(nowNs - c.openedNs);
        } else {
            sender.rtt.synTimedOut();
        }
        established(c, nowNs);
        return c.state != TcpState.CLOSED;
    }

    /** Enters ESTABLISHED and tells the application. */
    void established(TcpConnection c, long nowNs) {
        c.state = TcpState.ESTABLISHED;
        c.timers.cancel(ConnectionTimers.RETRANSMIT);
        c.timers.cancel(ConnectionTimers.OPEN);
        c.sender.established(c.mssBytes, nowNs);
        if (tcp.settings().keepAliveIdleNs > 0) {
            c.timers.set(ConnectionTimers.KEEP_ALIVE, nowNs + tcp.settings().keepAliveIdleNs);
        }
        if (c.activeOpen) {
            if (c.closeRequested) {
                c.closeRequested = false;
                c.shutdownOutput();
            } else {
                c.handler.onConnected(c);
            }
            return;
        }
        final TcpListener listener = c.listener;
        c.listener = null;
        tcp.counters.passiveOpens++;
        c.handler = listener.acceptor().onAccept(c);
        if (c.handler == null && c.state != TcpState.CLOSED) {
            c.abort();
        }
    }

    private void onFinAcknowledged(TcpConnection c, long nowNs) {
        switch (c.state) {
            case FIN_WAIT_1 -> {
                c.state = TcpState.FIN_WAIT_2;
                if (c.orphan) {
                    c.timers.set(ConnectionTimers.LINGER, nowNs + tcp.settings().finWait2Ns);
                }
            }
            case CLOSING -> tcp.enterTimeWait(c, nowNs);
            case LAST_ACK -> tcp.finishLastAck(c);
            default -> {
                // FIN_WAIT_2: acknowledged before.
            }
        }
    }

    /** Seventh and eighth: text and FIN. */
    void payload(TcpConnection c, Segment segment, long nowNs) {
        dataInput.onData(c, segment, nowNs);
    }

    /** TIME-WAIT: a retransmitted FIN is acknowledged and restarts the timer. RFC 9293 §3.10.7.4. */
    void onTimeWait(TcpConnection c, Segment segment, long nowNs) {
        if (!timestampAcceptable(c, segment, nowNs)) {
            return;
        }
        if (segment.has(TcpHeader.RST)) {
            if (segment.sequence == c.receiver.nxt) {
                tcp.terminate(c, CloseCause.CLOSED);
            }
            return;
        }
        if (segment.has(TcpHeader.SYN)) {
            tcp.challengeAck(c, nowNs);
            return;
        }
        if (segment.has(TcpHeader.FIN) && segment.end() == c.receiver.nxt) {
            c.timers.set(ConnectionTimers.LINGER, nowNs + tcp.settings().timeWaitNs);
            tcp.acknowledge(c, nowNs);
            return;
        }
        if (segment.length() > 0 || segment.sequence != c.receiver.nxt) {
            acknowledgeUnacceptable(c, segment, nowNs);
        }
    }
}
