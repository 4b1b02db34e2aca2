package io.tickwire.net.tcp;

/** What the timers of a connection do when they expire. */
final class TcpTimers {
    private final Tcp tcp;

    TcpTimers(Tcp tcp) {
        this.tcp = tcp;
    }

    /** The connection's slot of the wheel came up: runs what has expired and puts the connection back. */
    void onTimers(TcpConnection c, long nowNs) {
        if (c.state == TcpState.CLOSED) {
            return;
        }
        if (!ends(c, nowNs)) {
            retransmission(c, nowNs);
            others(c, nowNs);
        }
        if (c.state != TcpState.CLOSED) {
            c.timers.reschedule();
            assert TcpInvariants.check(c);
        }
    }

    /** Timers that end a connection. Returns true if one did. */
    private boolean ends(TcpConnection c, long nowNs) {
        final ConnectionTimers timers = c.timers;
        if (timers.expire(ConnectionTimers.OPEN, nowNs)) {
            tcp.counters.timedOut++;
            tcp.terminate(c, CloseCause.TIMED_OUT);
            return true;
        }
        if (timers.expire(ConnectionTimers.USER, nowNs)) {
            final long dueNs = c.sender.progressNs + tcp.settings().userTimeoutNs;
            final boolean waiting = c.sender.segments.size() > 0 || c.sender.hasUnsent();
            if (waiting && dueNs - nowNs <= 0) {
                // RFC 9293 §3.10.8, USER TIMEOUT.
                tcp.counters.timedOut++;
                tcp.terminate(c, CloseCause.TIMED_OUT);
                return true;
            }
            if (waiting) {
                timers.set(ConnectionTimers.USER, dueNs);
            }
        }
        if (timers.expire(ConnectionTimers.LINGER, nowNs)) {
            if (c.state == TcpState.TIME_WAIT && c.handler != null) {
                // The application has not read everything yet.
                timers.set(ConnectionTimers.LINGER, nowNs + tcp.settings().timeWaitNs);
            } else if (c.state == TcpState.TIME_WAIT || c.state == TcpState.FIN_WAIT_2) {
                tcp.terminate(c, CloseCause.CLOSED);
                return true;
            }
        }
        return false;
    }

    private void retransmission(TcpConnection c, long nowNs) {
        final ConnectionTimers timers = c.timers;
        if (timers.expire(ConnectionTimers.TAIL_PROBE, nowNs)) {
            c.recovery.onTailProbe(nowNs);
        }
        if (timers.expire(ConnectionTimers.REORDER, nowNs)) {
            c.recovery.onReorderTimer(nowNs);
        }
        if (!timers.expire(ConnectionTimers.RETRANSMIT, nowNs)) {
            return;
        }
        switch (c.state) {
            case SYN_SENT, SYN_RECEIVED -> {
                // RFC 6298 §5.5 applies to SYNs too.
                tcp.counters.timeouts++;
                tcp.counters.retransmits++;
                c.sender.rtt.backOff();
                timers.set(ConnectionTimers.RETRANSMIT, nowNs + c.sender.rtt.rtoNs());
                tcp.output.sendSyn(c, c.state == TcpState.SYN_RECEIVED, nowNs);
            }
            default -> c.recovery.onTimeout(nowNs);
        }
    }

    private void others(TcpConnection c, long nowNs) {
        final ConnectionTimers timers = c.timers;
        if (timers.expire(ConnectionTimers.PERSIST, nowNs)) {
            if (c.sender.onPersist(nowNs)) {
                tcp.output.sendProbe(c, nowNs);
                c.sender.armPersist(nowNs);
            } else {
                tcp.makeReady(c);
            }
        }
        if (timers.expire(ConnectionTimers.DELAYED_ACK, nowNs)) {
            c.ackNow = true;
            tcp.makeReady(c);
        }
        if (timers.expire(ConnectionTimers.KEEP_ALIVE, nowNs)) {
            keepAlive(c, nowNs);
        }
    }

    /** RFC 9293 §3.8.4. */
    private void keepAlive(TcpConnection c, long nowNs) {
        final TcpSettings settings = tcp.settings();
        final long idleNs = nowNs - c.lastReceivedNs;
        if (c.sender.segments.size() > 0 || (idleNs < settings.keepAliveIdleNs && c.keepAlivesSent == 0)) {
            // Data in flight has its own timers.
            c.timers.set(
                    ConnectionTimers.KEEP_ALIVE,
                    c.lastReceivedNs + settings.keepAliveIdleNs - nowNs > 0
                            ? c.lastReceivedNs + settings.keepAliveIdleNs
                            : nowNs + settings.keepAliveIntervalNs);
            return;
        }
        if (c.keepAlivesSent >= settings.keepAliveProbes) {
            tcp.counters.timedOut++;
            tcp.output.sendReset(c);
            tcp.terminate(c, CloseCause.TIMED_OUT);
            return;
        }
        c.keepAlivesSent++;
        tcp.output.sendProbe(c, nowNs);
        c.timers.set(ConnectionTimers.KEEP_ALIVE, nowNs + settings.keepAliveIntervalNs);
    }
}
