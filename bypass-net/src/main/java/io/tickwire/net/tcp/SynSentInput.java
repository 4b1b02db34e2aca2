package io.tickwire.net.tcp;

import io.tickwire.net.wire.TcpHeader;

/** Segments in SYN-SENT. RFC 9293 §3.10.7.3. */
final class SynSentInput {
    private final Tcp tcp;
    private final SynchronisedInput synchronised;

    SynSentInput(Tcp tcp, SynchronisedInput synchronised) {
        this.tcp = tcp;
        this.synchronised = synchronised;
    }

    void onSegment(TcpConnection c, Segment segment, long nowNs) {
        final Sender sender = c.sender;
        final boolean ack = segment.has(TcpHeader.ACK);
        // First, the ACK bit. Only our SYN is outstanding, so only ISS+1 is acceptable.
        if (ack && segment.acknowledgement != sender.nxt) {
            if (!segment.has(TcpHeader.RST) && tcp.mayReset(nowNs)) {
                tcp.output.replyReset(segment);
            }
            return;
        }
        // Second, RST. RFC 5961 §3.2 needs no more here: the acknowledgement is the proof.
        if (segment.has(TcpHeader.RST)) {
            if (ack) {
                tcp.counters.resetsIn++;
                tcp.terminate(c, CloseCause.REFUSED);
            }
            return;
        }
        // Fourth, SYN.
        if (!segment.has(TcpHeader.SYN)) {
            return;
        }
        ListenInput.negotiate(tcp, c, segment.options);
        c.receiver.start(segment.sequence);
        c.lastReceivedNs = nowNs;
        if (ack) {
            open(c, segment, nowNs);
        } else {
            // Simultaneous open: SYN-RECEIVED, answer with SYN,ACK.
            c.state = TcpState.SYN_RECEIVED;
            tcp.halfOpen++;
            sender.window(segment.window, segment.sequence, sender.initial);
            sender.rtt.progress();
            c.timers.set(ConnectionTimers.RETRANSMIT, nowNs + sender.rtt.rtoNs());
            tcp.output.sendSyn(c, true, nowNs);
        }
    }

    private void open(TcpConnection c, Segment segment, long nowNs) {
        final Sender sender = c.sender;
        sender.una = segment.acknowledgement;
        sender.window(segment.window, segment.sequence, segment.acknowledgement);
        if (c.handshakeTransmissions == 1) {
            sender.rtt.sample(nowNs - c.openedNs);
        }
        c.ackNow = true;
        synchronised.established(c, nowNs);
        if (c.state == TcpState.CLOSED) {
            return;
        }
        tcp.makeReady(c);
        // RFC 9293: data or FIN on the SYN,ACK is processed from the sixth step on.
        if (segment.payloadLength > 0 || segment.has(TcpHeader.FIN)) {
            segment.flags &= ~TcpHeader.SYN;
            segment.sequence++;
            synchronised.payload(c, segment, nowNs);
        }
    }
}
