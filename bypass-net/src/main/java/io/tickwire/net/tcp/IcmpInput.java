package io.tickwire.net.tcp;

import io.tickwire.net.wire.Ipv4Header;
import io.tickwire.net.wire.TcpHeader;
import org.agrona.concurrent.UnsafeBuffer;

/** ICMP errors about our segments. RFC 9293 §3.9.2.2, RFC 5927, RFC 1191. */
final class IcmpInput {
    private final Tcp tcp;

    IcmpInput(Tcp tcp) {
        this.tcp = tcp;
    }

    void onError(UnsafeBuffer buffer, int quoted, int destination, boolean hard, int pathMtuBytes) {
        final TcpConnection c = tcp.table.find(
                destination, TcpHeader.destinationPort(buffer, quoted), TcpHeader.sourcePort(buffer, quoted));
        final int sequence = TcpHeader.sequence(buffer, quoted);
        // RFC 5927 §4.1: only for a sequence number that is in flight.
        if (c == null || !SeqNum.leq(c.sender.una, sequence) || !SeqNum.lt(sequence, c.sender.nxt)) {
            tcp.counters.icmpIgnored++;
            return;
        }
        if (pathMtuBytes > 0) {
            shrink(c, pathMtuBytes - Ipv4Header.LENGTH - TcpHeader.LENGTH);
        } else if (hard && c.state == TcpState.SYN_SENT) {
            // RFC 5927 §5.2: hard errors abort an open, but not an established connection.
            tcp.terminate(c, CloseCause.REFUSED);
        } else {
            tcp.counters.icmpIgnored++;
        }
    }

    private void shrink(TcpConnection c, int mss) {
        if (c.state == TcpState.SYN_SENT || c.state == TcpState.SYN_RECEIVED || mss >= c.mssBytes) {
            return;
        }
        tcp.counters.pathMtuDecreases++;
        c.mssBytes = Math.max(ListenInput.LEAST_MSS, mss);
        c.sender.congestion.mss(c.mssBytes);
        c.recovery.onSegmentsTooBig(c.payloadLimit());
    }
}
