package io.tickwire.net.tcp;

/** Bounded pool of equal {@link ByteRing}s: made on first use, recycled for ever. One thread. */
final class RingPool {
    private final ByteRing[] free;
    private final int ringBytes;
    private int freeCount;
    private int made;

    RingPool(int ringBytes, int maxRings) {
        this.ringBytes = ringBytes;
        free = new ByteRing[maxRings];
    }

    /** A ring, or null if all are in use. */
    ByteRing acquire() {
        if (freeCount > 0) {
            final ByteRing ring = free[--freeCount];
            free[freeCount] = null;
            return ring;
        }
        if (made == free.length) {
            return null;
        }
        made++;
        return new ByteRing(ringBytes);
    }

    void release(ByteRing ring) {
        assert freeCount < made : "ring released twice";
        free[freeCount++] = ring;
    }

    int inUse() {
        return made - freeCount;
    }
}
