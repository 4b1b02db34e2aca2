package io.tickwire.net.tcp;

/** Connections by 4-tuple (our address is fixed): open addressing of fixed size, a keyed mix against chosen collisions. */
final class ConnectionTable {
    private final TcpConnection[] slots;
    private final int mask;
    private final long seed;
    private int size;

    ConnectionTable(int maxConnections, long seed) {
        final int capacity = Integer.highestOneBit(Math.max(8, maxConnections * 2 - 1)) * 2;
        slots = new TcpConnection[capacity];
        mask = capacity - 1;
        this.seed = seed | 1;
    }

    int size() {
        return size;
    }

    private int home(int remoteAddress, int remotePort, int localPort) {
        long mixed = ((long) remoteAddress << 32 | (long) remotePort << 16 | localPort) ^ seed;
        mixed *= 0xff51_afd7_ed55_8ccdL;
        mixed ^= mixed >>> 33;
        mixed *= 0xc4ce_b9fe_1a85_ec53L + (seed << 1);
        mixed ^= mixed >>> 29;
        return (int) mixed & mask;
    }

    TcpConnection find(int remoteAddress, int remotePort, int localPort) {
        int slot = home(remoteAddress, remotePort, localPort);
        for (TcpConnection c = slots[slot]; c != null; c = slots[slot]) {
            if (c.remoteAddress == remoteAddress && c.remotePort == remotePort && c.localPort == localPort) {
                return c;
            }
            slot = slot + 1 & mask;
        }
        return null;
    }

    void add(TcpConnection c) {
        int slot = home(c.remoteAddress, c.remotePort, c.localPort);
        while (slots[slot] != null) {
            slot = slot + 1 & mask;
        }
        slots[slot] = c;
        size++;
    }

    /** Removes by moving later members of the cluster back: no tombstones. */
    void remove(TcpConnection c) {
        int slot = home(c.remoteAddress, c.remotePort, c.localPort);
        while (slots[slot] != c) {
            assert slots[slot] != null : "not in the table";
            slot = slot + 1 & mask;
        }
        int hole = slot;
        int next = hole + 1 & mask;
        while (slots[next] != null) {
            final TcpConnection other = slots[next];
            final int home = home(other.remoteAddress, other.remotePort, other.localPort);
            if ((next - home & mask) >= (next - hole & mask)) {
                slots[hole] = other;
                hole = next;
            }
            next = next + 1 & mask;
        }
        slots[hole] = null;
        size--;
    }

    /** Slots, for walks. */
    int capacity() {
        return slots.length;
    }

    /** Connection in a slot, or null. */
    TcpConnection at(int slot) {
        return slots[slot];
    }
}
