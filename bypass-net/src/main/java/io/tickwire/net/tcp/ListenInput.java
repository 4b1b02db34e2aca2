package io.tickwire.net.tcp;

import io.tickwire.net.wire.TcpHeader;
import io.tickwire.net.wire.TcpOptions;

/** Segments for a listening port. RFC 9293 §3.10.7.2; SYN cookies RFC 4987. */
final class ListenInput {
    /** RFC 9293 §3.7.1, MUST-15. */
    static final int DEFAULT_MSS = 536;
    /** Below this a peer's MSS is an attack on our segment table, not a network. Linux: 48. */
    static final int LEAST_MSS = 64;

    private final Tcp tcp;
    private final SynchronisedInput synchronised;

    ListenInput(Tcp tcp, SynchronisedInput synchronised) {
        this.tcp = tcp;
        this.synchronised = synchronised;
    }

    void onSegment(TcpListener listener, Segment segment, long nowNs) {
        // First, RST: ignored.
        if (segment.has(TcpHeader.RST)) {
            return;
        }
        // Second, ACK: a cookie comes back, or it is bad.
        if (segment.has(TcpHeader.ACK)) {
            if (segment.has(TcpHeader.SYN) || !onCookie(listener, segment, nowNs)) {
                if (tcp.mayReset(nowNs)) {
                    tcp.output.replyReset(segment);
                }
            }
            return;
        }
        // Third, SYN.
        if (segment.has(TcpHeader.SYN)) {
            onSyn(listener, segment, nowNs);
        }
        // Fourth, other: dropped.
    }

    private void onSyn(TcpListener listener, Segment segment, long nowNs) {
        if (tcp.halfOpen >= tcp.settings().synBacklog) {
            sendCookie(segment, nowNs);
            return;
        }
        final TcpConnection c = tcp.allocate();
        if (c == null) {
            sendCookie(segment, nowNs);
            return;
        }
        c.open(segment.remoteAddress, segment.remotePort, segment.localPort, nowNs);
        c.listener = listener;
        c.state = TcpState.SYN_RECEIVED;
        tcp.halfOpen++;
        tcp.table.add(c);
        negotiate(tcp, c, segment.options);
        c.receiver.start(segment.sequence);
        final int iss = tcp.isn.initial(tcp.localAddress(), c.localPort, c.remoteAddress, c.remotePort, nowNs);
        c.sender.start(iss);
        c.recovery.start(iss);
        c.sender.window(segment.window, segment.sequence, iss);
        // RFC 9293 §3.10.7.2: data or FIN that came with the SYN is not kept: the peer sends it again after the
        // handshake.
        c.timers.set(ConnectionTimers.RETRANSMIT, nowNs + c.sender.rtt.rtoNs());
        c.timers.set(ConnectionTimers.OPEN, nowNs + tcp.settings().openTimeoutNs);
        tcp.output.sendSyn(c, true, nowNs);
    }

    private void sendCookie(Segment segment, long nowNs) {
        if (!tcp.settings().synCookies) {
            tcp.counters.synDrops++;
            return;
        }
        final TcpOptions options = segment.options;
        final int cookie = tcp.cookies.make(
                segment.localPort,
                segment.remoteAddress,
                segment.remotePort,
                segment.sequence,
                options.mss() == 0 ? DEFAULT_MSS : options.mss(),
                nowNs);
        // Without timestamps there is nowhere to keep the shift and SACK: neither is then agreed.
        final boolean timestamps = tcp.settings().timestamps && options.hasTimestamps();
        final boolean sack = timestamps && tcp.settings().sack && options.sackPermitted();
        final boolean scale = timestamps && tcp.settings().windowScaling && options.windowShift() >= 0;
        final int clock = (int) (nowNs / 1_000_000)
                + tcp.isn.timestampOffset(
                        tcp.localAddress(), segment.localPort, segment.remoteAddress, segment.remotePort);
        final int timestamp = SynCookies.encodeOptions(clock, sack, scale ? options.windowShift() : -1);
        tcp.output.sendCookie(segment, cookie, timestamp, sack, scale);
    }

    /** The third step of a handshake of which only the cookie is left. */
    private boolean onCookie(TcpListener listener, Segment segment, long nowNs) {
        if (!tcp.settings().synCookies || tcp.counters.cookiesSent == 0) {
            return false;
        }
        final int cookie = segment.acknowledgement - 1;
        final int mss = tcp.cookies.check(
                cookie, segment.localPort, segment.remoteAddress, segment.remotePort, segment.sequence - 1, nowNs);
        if (mss == 0) {
            tcp.counters.cookiesRejected++;
            return false;
        }
        final TcpConnection c = tcp.allocate();
        if (c == null) {
            tcp.counters.synDrops++;
            return true;
        }
        tcp.counters.cookiesAccepted++;
        c.open(segment.remoteAddress, segment.remotePort, segment.localPort, nowNs);
        c.listener = listener;
        c.state = TcpState.SYN_RECEIVED;
        tcp.halfOpen++;
        tcp.table.add(c);
        restoreOptions(c, segment, mss);
        c.receiver.start(segment.sequence - 1);
        c.sender.start(cookie);
        c.recovery.start(cookie);
        c.sender.window(segment.window << c.sender.windowShift, segment.sequence - 1, cookie);
        c.handshakeTransmissions = 1;
        synchronised.onSegment(c, segment, nowNs);
        return true;
    }

    private void restoreOptions(TcpConnection c, Segment segment, int mss) {
        c.mssBytes = Math.min(mss, tcp.localMss(c.remoteAddress));
        if (!tcp.settings().timestamps || !segment.options.hasTimestamps()) {
            return;
        }
        final int echo = segment.options.timestampEcho();
        c.timestamps = true;
        c.recentTimestamp = segment.options.timestampValue();
        c.sack = SynCookies.sack(echo);
        final int shift = SynCookies.windowShift(echo);
        if (shift >= 0) {
            c.windowScaling = true;
            c.sender.windowShift = shift;
            c.receiver.windowShift = tcp.ownWindowShift();
        }
    }

    /** Takes the options of the peer's SYN: what both offer is on. RFC 7323 §2.2, §3.2; RFC 2018 §2; RFC 9293 §3.7.1. */
    static void negotiate(Tcp tcp, TcpConnection c, TcpOptions options) {
        final TcpSettings settings = tcp.settings();
        final int peerMss = options.mss() == 0 ? DEFAULT_MSS : Math.max(LEAST_MSS, options.mss());
        c.mssBytes = Math.min(peerMss, tcp.localMss(c.remoteAddress));
        c.sack = settings.sack && options.sackPermitted();
        c.timestamps = settings.timestamps && options.hasTimestamps();
        c.recentTimestamp = c.timestamps ? options.timestampValue() : 0;
        c.windowScaling = settings.windowScaling && options.windowShift() >= 0;
        c.sender.windowShift = c.windowScaling ? options.windowShift() : 0;
        c.receiver.windowShift = c.windowScaling ? tcp.ownWindowShift() : 0;
    }
}
