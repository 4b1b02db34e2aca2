package io.tickwire.net.device;

import java.util.Arrays;

/**
 * Where a NIC's receive-side scaling puts a TCP or UDP packet over IPv4: the Toeplitz hash of its addresses and ports, whose low bits choose
 * an entry of the indirection table. As Microsoft's "Introduction to Receive Side Scaling" defines it and NICs implement it.
 *
 * <p>For choosing ports of active opens; not meant for every packet.
 */
public final class ReceiveSideScaling {
    /** Shortest key that covers two IPv4 addresses and two ports. */
    public static final int SHORTEST_KEY_BYTES = 16;

    private static final int INPUT_BITS = 96;

    private final int[] windows = new int[INPUT_BITS];
    private final int[] table;

    /**
     * @param key secret of the hash, at least {@link #SHORTEST_KEY_BYTES} long; NICs want 40 or 52 bytes.
     * @param table queue of each entry; a power of two long.
     */
    public ReceiveSideScaling(final byte[] key, final int[] table) {
        if (key.length < SHORTEST_KEY_BYTES || Integer.bitCount(table.length) != 1) {
            throw new IllegalArgumentException("key of " + key.length + " bytes, table of " + table.length);
        }
        this.table = Arrays.copyOf(table, table.length);
        for (int bit = 0; bit < INPUT_BITS; bit++) {
            windows[bit] = window(key, bit);
        }
    }

    /** The 32 bits of the key that begin at a bit. */
    private static int window(final byte[] key, final int bit) {
        long bits = 0;
        for (int i = 0; i < 5; i++) {
            final int at = bit / 8 + i;
            bits = (bits << 8) | (at < key.length ? key[at] & 0xFF : 0);
        }
        return (int) (bits >>> (8 - bit % 8));
    }

    /** A table that deals so many entries out to the queues in turn. */
    public static int[] spread(final int entries, final int queues) {
        final int[] table = new int[entries];
        for (int i = 0; i < entries; i++) {
            table[i] = i % queues;
        }
        return table;
    }

    /** The hash of an arriving packet, in host order like its arguments. */
    public int hash(final int source, final int destination, final int sourcePort, final int destinationPort) {
        return part(source, 0) ^ part(destination, 32) ^ part(sourcePort << 16 | destinationPort, 64);
    }

    private int part(final int word, final int firstBit) {
        int hash = 0;
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            hash ^= word << bit < 0 ? windows[firstBit + bit] : 0;
        }
        return hash;
    }

    /** The queue of an arriving packet. */
    public int queue(final int source, final int destination, final int sourcePort, final int destinationPort) {
        return table[hash(source, destination, sourcePort, destinationPort) & table.length - 1];
    }
}
