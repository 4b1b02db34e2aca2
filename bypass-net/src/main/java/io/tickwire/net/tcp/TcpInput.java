package io.tickwire.net.tcp;

import io.tickwire.net.wire.TcpHeader;
import org.agrona.concurrent.UnsafeBuffer;

/** SEGMENT ARRIVES, RFC 9293 §3.10.7: checks, demultiplexes, and hands on by state. */
final class TcpInput {
    private final Tcp tcp;
    private final Segment segment = new Segment();
    private final ListenInput listen;
    private final SynSentInput synSent;
    private final SynchronisedInput synchronised;

    TcpInput(Tcp tcp) {
        this.tcp = tcp;
        synchronised = new SynchronisedInput(tcp);
        listen = new ListenInput(tcp, synchronised);
        synSent = new SynSentInput(tcp, synchronised);
    }

    void onSegment(UnsafeBuffer buffer, int offset, int length, int source, boolean checksumVerified, long nowNs) {
        final TcpCounters counters = tcp.counters;
        counters.segmentsIn++;
        if (!segment.parse(buffer, offset, length, source)) {
            counters.malformed++;
            return;
        }
        if (!checksumVerified && !TcpHeader.isChecksumValid(buffer, offset, length, source, tcp.localAddress())) {
            counters.badChecksum++;
            return;
        }
        final TcpConnection c = tcp.table.find(source, segment.remotePort, segment.localPort);
        if (c == null) {
            unmatched(nowNs);
            return;
        }
        switch (c.state) {
            case SYN_SENT -> synSent.onSegment(c, segment, nowNs);
            case TIME_WAIT -> timeWait(c, nowNs);
            default -> synchronised.onSegment(c, segment, nowNs);
        }
        assert TcpInvariants.check(c);
    }

    private void unmatched(long nowNs) {
        final TcpListener listener = tcp.listener(segment.localPort);
        if (listener != null) {
            listen.onSegment(listener, segment, nowNs);
            return;
        }
        // RFC 9293 §3.10.7.1, CLOSED: an incoming segment not containing a RST causes a RST.
        if (!segment.has(TcpHeader.RST) && tcp.mayReset(nowNs)) {
            tcp.output.replyReset(segment);
        }
    }

    private void timeWait(TcpConnection c, long nowNs) {
        if (segment.has(TcpHeader.SYN)
                && !segment.has(TcpHeader.RST | TcpHeader.ACK)
                && mayReopen(c)
                && tcp.listener(segment.localPort) != null) {
            // RFC 6191 §2, RFC 9293 §3.10.7.4: a new incarnation may replace the old one.
            tcp.counters.timeWaitReuses++;
            tcp.terminate(c, CloseCause.CLOSED);
            unmatched(nowNs);
            return;
        }
        synchronised.onTimeWait(c, segment, nowNs);
    }

    private boolean mayReopen(TcpConnection c) {
        if (c.timestamps && segment.options.hasTimestamps()) {
            final int newer = SeqNum.distance(c.recentTimestamp, segment.options.timestampValue());
            return newer > 0 || (newer == 0 && SeqNum.gt(segment.sequence, c.receiver.nxt));
        }
        return SeqNum.gt(segment.sequence, c.receiver.nxt);
    }
}
