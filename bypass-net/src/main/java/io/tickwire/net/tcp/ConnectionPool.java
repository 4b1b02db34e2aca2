package io.tickwire.net.tcp;

/**
 * Bounded stock of connection objects: made on first use, recycled for ever. Under pressure the oldest TIME_WAIT entry is given up.
 */
final class ConnectionPool {
    private final Tcp tcp;
    private final TcpConnection[] free;
    private int freeCount;
    private int made;
    private TcpConnection dead;
    private TcpConnection oldest;
    private TcpConnection newest;

    ConnectionPool(Tcp tcp, int capacity) {
        this.tcp = tcp;
        free = new TcpConnection[capacity];
    }

    /** An object in CLOSED, or null if all are in use by connections that are alive. */
    TcpConnection allocate() {
        if (freeCount == 0 && made == free.length && oldest != null && oldest.handler == null) {
            tcp.counters.timeWaitReuses++;
            tcp.terminate(oldest, CloseCause.CLOSED);
            reclaim();
        }
        if (freeCount > 0) {
            final TcpConnection c = free[--freeCount];
            free[freeCount] = null;
            return c;
        }
        if (made == free.length) {
            return null;
        }
        made++;
        return new TcpConnection(tcp);
    }

    void enterTimeWait(TcpConnection c) {
        c.inTimeWaitList = true;
        c.timeWaitNext = null;
        c.timeWaitPrevious = newest;
        if (newest == null) {
            oldest = c;
        } else {
            newest.timeWaitNext = c;
        }
        newest = c;
    }

    /** The connection is closed; callers further up may still hold it until the duty cycle ends. */
    void retire(TcpConnection c) {
        if (c.inTimeWaitList) {
            leaveTimeWait(c);
        }
        c.deadNext = dead;
        dead = c;
    }

    private void leaveTimeWait(TcpConnection c) {
        if (c.timeWaitPrevious == null) {
            oldest = c.timeWaitNext;
        } else {
            c.timeWaitPrevious.timeWaitNext = c.timeWaitNext;
        }
        if (c.timeWaitNext == null) {
            newest = c.timeWaitPrevious;
        } else {
            c.timeWaitNext.timeWaitPrevious = c.timeWaitPrevious;
        }
        c.timeWaitNext = null;
        c.timeWaitPrevious = null;
        c.inTimeWaitList = false;
    }

    /** Makes retired objects available; those still in the ready queue wait for the next time. */
    void reclaim() {
        TcpConnection rest = null;
        TcpConnection c = dead;
        while (c != null) {
            final TcpConnection next = c.deadNext;
            if (c.ready) {
                c.deadNext = rest;
                rest = c;
            } else {
                c.deadNext = null;
                free[freeCount++] = c;
            }
            c = next;
        }
        dead = rest;
    }
}
