package io.tickwire.net.tcp;

import io.tickwire.net.wire.TcpHeader;

/** Payload and FIN of an acceptable segment. RFC 9293 §3.10.7.4 (seventh, eighth), RFC 5681 §4.2, RFC 2883. */
final class DataInput {
    private final Tcp tcp;

    DataInput(Tcp tcp) {
        this.tcp = tcp;
    }

    void onData(TcpConnection c, Segment segment, long nowNs) {
        final Receiver receiver = c.receiver;
        if (!c.state.canReceive()) {
            // The peer has closed before: "this should not occur; ignore the segment text". Acknowledge, so that it
            // stops.
            tcp.acknowledge(c, nowNs);
            return;
        }
        if (c.orphan
                && segment.payloadLength > 0
                && SeqNum.gt(segment.sequence + segment.payloadLength, receiver.nxt)) {
            // RFC 9293 §3.6.1, RFC 2525 §2.17: nobody will read this.
            c.abort();
            return;
        }
        if (!trim(c, segment)) {
            tcp.acknowledge(c, nowNs);
            return;
        }
        if (receiver.finKnown && beyondFin(receiver, segment)) {
            tcp.acknowledge(c, nowNs);
            return;
        }
        if (segment.has(TcpHeader.FIN)) {
            receiver.finKnown = true;
            receiver.finSequence = segment.sequence + segment.payloadLength;
        }
        if (segment.sequence == receiver.nxt) {
            inOrder(c, segment, nowNs);
        } else {
            outOfOrder(c, segment, nowNs);
        }
    }

    private static boolean beyondFin(Receiver receiver, Segment segment) {
        final int end = segment.sequence + segment.payloadLength;
        return SeqNum.gt(end, receiver.finSequence) || (segment.has(TcpHeader.FIN) && end != receiver.finSequence);
    }

    /** Cuts off what was received before and what lies beyond the window. Returns false if nothing is left. */
    private boolean trim(TcpConnection c, Segment segment) {
        final Receiver receiver = c.receiver;
        final int old = SeqNum.distance(segment.sequence, receiver.nxt);
        if (old > 0) {
            final int bytes = Math.min(old, segment.payloadLength);
            tcp.counters.duplicateBytes += bytes;
            if (c.sack && bytes > 0) {
                receiver.reassembly.reportDuplicate(segment.sequence, segment.sequence + bytes);
                c.ackNow = true;
            }
            segment.trimFront(bytes);
            if (segment.payloadLength == 0 && (!segment.has(TcpHeader.FIN) || segment.sequence != receiver.nxt)) {
                return false;
            }
        }
        final int edge = receiver.advertisedEnd;
        final int excess = SeqNum.distance(edge, segment.sequence + segment.payloadLength);
        if (excess > 0) {
            segment.payloadLength = Math.max(0, segment.payloadLength - excess);
            segment.flags &= ~TcpHeader.FIN;
        } else if (excess == 0 && segment.has(TcpHeader.FIN)) {
            // The FIN itself lies beyond the right edge: harmless, it needs no memory.
            return segment.payloadLength > 0 || segment.sequence == receiver.nxt;
        }
        return segment.payloadLength > 0 || segment.has(TcpHeader.FIN);
    }

    private void inOrder(TcpConnection c, Segment segment, long nowNs) {
        final Receiver receiver = c.receiver;
        final boolean filledGap = !receiver.reassembly.isEmpty();
        if (segment.payloadLength > 0) {
            if (!receiver.inOrder(segment.buffer, segment.payloadOffset, segment.payloadLength)) {
                tcp.counters.reassemblyDrops++;
                receiver.finKnown = receiver.finKnown && !segment.has(TcpHeader.FIN);
                tcp.acknowledge(c, nowNs);
                return;
            }
            if (c.state == TcpState.CLOSED) {
                return;
            }
            receiver.unackedSegments++;
        }
        if (receiver.finKnown && receiver.nxt == receiver.finSequence) {
            onFin(c, nowNs);
        }
        scheduleAck(c, filledGap, nowNs);
        if (receiver.bufferedBytes() > 0) {
            tcp.deliver(c);
        } else {
            tcp.notifyPeerClosed(c);
        }
    }

    /** RFC 5681 §4.2: at once for a gap filled, and for every second segment; else delayed unless told otherwise. */
    private void scheduleAck(TcpConnection c, boolean filledGap, long nowNs) {
        final Receiver receiver = c.receiver;
        receiver.ackPending = true;
        if (tcp.settings().immediateAck || filledGap || receiver.unackedSegments >= 2 || receiver.finKnown) {
            c.ackNow = true;
            tcp.makeReady(c);
        } else if (!c.timers.isArmed(ConnectionTimers.DELAYED_ACK)) {
            c.timers.set(ConnectionTimers.DELAYED_ACK, nowNs + tcp.settings().delayedAckNs);
        }
    }

    private void outOfOrder(TcpConnection c, Segment segment, long nowNs) {
        final Receiver receiver = c.receiver;
        final int start = segment.sequence;
        final int end = start + segment.payloadLength;
        if (segment.payloadLength > 0) {
            tcp.counters.outOfOrder++;
            final int overlap = receiver.reassembly.overlap(start, end);
            if (overlap == segment.payloadLength) {
                tcp.counters.duplicateBytes += overlap;
                if (c.sack) {
                    // RFC 2883 §4.2: a duplicate above the cumulative acknowledgement.
                    receiver.reassembly.add(start, end);
                    receiver.reassembly.reportDuplicate(start, end);
                }
            } else if (!receiver.outOfOrder(start, segment.buffer, segment.payloadOffset, segment.payloadLength)) {
                tcp.counters.reassemblyDrops++;
                receiver.finKnown = receiver.finKnown && !segment.has(TcpHeader.FIN);
            }
        }
        // RFC 5681 §4.2: an out-of-order segment is acknowledged immediately, and each one.
        tcp.acknowledge(c, nowNs);
    }

    private void onFin(TcpConnection c, long nowNs) {
        c.receiver.takeFin();
        switch (c.state) {
            case ESTABLISHED -> c.state = TcpState.CLOSE_WAIT;
            // Had our FIN been acknowledged by this segment, the state would be FIN_WAIT_2 by now.
            case FIN_WAIT_1 -> c.state = TcpState.CLOSING;
            case FIN_WAIT_2 -> tcp.enterTimeWait(c, nowNs);
            default -> throw new IllegalStateException("FIN in " + c.state);
        }
    }
}
