package io.tickwire.kafka;

import java.util.SplittableRandom;

/** Seeds of randomised tests: printed, and replayed with {@code -Dtickwire.seed=N}. */
public final class Seeds {
    private Seeds() {}

    /** A generator for the test named {@code who}. */
    public static SplittableRandom random(final String who) {
        final long seed = Long.getLong("tickwire.seed", System.nanoTime());
        System.out.println(who + " seed=" + seed + " (replay with -Dtickwire.seed=" + seed + ")");
        return new SplittableRandom(seed);
    }

    /** Random bytes. */
    public static byte[] bytes(final SplittableRandom random, final int length) {
        final byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
