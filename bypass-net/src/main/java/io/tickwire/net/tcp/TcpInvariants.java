package io.tickwire.net.tcp;

/** What must hold of a connection between any two events. Called from assertions only; recounts everything. */
final class TcpInvariants {

    private TcpInvariants() {}

    /** Returns true, or throws an AssertionError that names the broken rule. */
    static boolean check(TcpConnection c) {
        if (c.state == TcpState.CLOSED) {
            return true;
        }
        if (c.state != TcpState.SYN_SENT && c.state != TcpState.SYN_RECEIVED) {
            sequenceSpace(c);
            timers(c);
        }
        if (c.state.isSynchronised()) {
            receiveSide(c);
        }
        return true;
    }

    private static void sequenceSpace(TcpConnection c) {
        final Sender s = c.sender;
        require(c, SeqNum.leq(s.una, s.nxt), "SND.UNA beyond SND.NXT");
        require(c, s.segments.isConsistent(), "segment table inconsistent");
        if (c.state == TcpState.TIME_WAIT) {
            return;
        }
        require(
                c,
                s.segments.outstandingBytes() == SeqNum.distance(s.una, s.nxt),
                "segment table does not tile flight");
        require(c, s.segments.size() == 0 || s.segments.start(0) == s.una, "segment table does not begin at SND.UNA");
        require(c, s.segments.pipeBytes() >= 0, "negative pipe");
        require(c, SeqNum.leq(s.nxt, s.written + 1), "sent more than was written");
        require(c, s.bufferedBytes() <= c.tcp.settings().sendBufferBytes, "send buffer overrun");
        require(c, s.congestion.windowBytes() > 0, "no congestion window");
    }

    private static void timers(TcpConnection c) {
        final Sender s = c.sender;
        final ConnectionTimers t = c.timers;
        if (s.segments.size() > 0) {
            require(c, t.isArmed(ConnectionTimers.RETRANSMIT), "data in flight without RTO");
            final long leftNs = t.deadlineNs(ConnectionTimers.RETRANSMIT) - c.tcp.nowNs();
            require(c, leftNs <= c.tcp.settings().maxRtoNs, "RTO beyond its bound");
        } else if (s.hasUnsent() && c.state != TcpState.TIME_WAIT) {
            require(c, t.isArmed(ConnectionTimers.PERSIST) || c.ready, "unsent data, and nothing will send it");
        }
        require(c, t.isIdle() || c.wheelSlot >= 0 || c.ready, "armed timers outside the wheel");
    }

    private static void receiveSide(TcpConnection c) {
        final Receiver r = c.receiver;
        final int capacity = c.tcp.settings().receiveBufferBytes;
        require(c, r.bufferedBytes() >= 0, "read beyond RCV.NXT");
        require(c, SeqNum.distance(r.read, r.advertisedEnd) <= capacity + 1, "window beyond the buffer");
        require(c, r.reassembly.isEmpty() || SeqNum.gt(r.reassembly.start(0), r.nxt), "range at or below RCV.NXT");
        for (int i = 1; i < r.reassembly.count(); i++) {
            require(c, SeqNum.lt(r.reassembly.end(i - 1), r.reassembly.start(i)), "ranges touch");
        }
        require(
                c,
                r.reassembly.isEmpty() || SeqNum.distance(r.read, r.reassembly.highest()) <= capacity,
                "range beyond the buffer");
    }

    private static void require(TcpConnection c, boolean holds, String rule) {
        if (!holds) {
            throw new AssertionError(rule + ": " + c);
        }
    }
}
