package io.tickwire.net.tcp;

/**
 * Hashed timing wheel over connections, intrusive and allocation-free. Ticks of 2^17 ns (131 µs), 4,096 slots (0.54 s); what is due
 * later waits in the farthest slot and is put back when that comes up. Postponing a timer does not move the connection: it is found
 * early and put back, so that an acknowledgement's re-arming of the RTO costs nothing here.
 */
final class TimerWheel {
    private static final int TICK_SHIFT = 17;
    private static final int SLOTS = 4_096;
    private static final int MASK = SLOTS - 1;

    private final TcpConnection[] slots = new TcpConnection[SLOTS];
    private long tick;
    private boolean started;
    private int size;

    int size() {
        return size;
    }

    /** Sets the origin, once. */
    void start(long nowNs) {
        if (!started) {
            started = true;
            tick = nowNs >> TICK_SHIFT;
        }
    }

    /** Makes sure that the connection comes up no later than at a deadline (rounded up to a tick). */
    void require(TcpConnection connection, long deadlineNs) {
        long due = (deadlineNs >> TICK_SHIFT) + 1;
        due = Math.max(due, tick + 1);
        due = Math.min(due, tick + SLOTS - 1);
        if (connection.wheelSlot >= 0) {
            if (connection.wheelTick - due <= 0) {
                return;
            }
            remove(connection);
        }
        final int slot = (int) due & MASK;
        connection.wheelTick = due;
        connection.wheelSlot = slot;
        connection.wheelPrevious = null;
        connection.wheelNext = slots[slot];
        if (slots[slot] != null) {
            slots[slot].wheelPrevious = connection;
        }
        slots[slot] = connection;
        size++;
    }

    void remove(TcpConnection connection) {
        if (connection.wheelSlot < 0) {
            return;
        }
        if (connection.wheelPrevious == null) {
            slots[connection.wheelSlot] = connection.wheelNext;
        } else {
            connection.wheelPrevious.wheelNext = connection.wheelNext;
        }
        if (connection.wheelNext != null) {
            connection.wheelNext.wheelPrevious = connection.wheelPrevious;
        }
        connection.wheelNext = null;
        connection.wheelPrevious = null;
        connection.wheelSlot = -1;
        size--;
    }

    /** Advances to now and runs what is due, at most {@code limit} connections. Returns how many came up. */
    int poll(long nowNs, TcpTimers timers, int limit) {
        final long nowTick = nowNs >> TICK_SHIFT;
        int ran = 0;
        if (nowTick - tick > SLOTS) {
            // A long gap between polls: every slot is due.
            tick = nowTick - SLOTS;
        }
        while (tick - nowTick < 0 && ran < limit) {
            if (size == 0) {
                tick = nowTick;
                break;
            }
            final int slot = (int) (tick + 1) & MASK;
            final TcpConnection connection = slots[slot];
            if (connection == null) {
                tick++;
                continue;
            }
            remove(connection);
            ran++;
            timers.onTimers(connection, nowNs);
        }
        return ran;
    }
}
