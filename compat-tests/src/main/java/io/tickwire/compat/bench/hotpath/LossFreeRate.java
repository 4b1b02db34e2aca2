package io.tickwire.compat.bench.hotpath;

import java.io.IOException;

/**
 * Finds the highest rate that is held: every message arrives, and half of them within a millisecond of when they were due, so that no backlog
 * builds up; pauses of the machine shorter than half a run are forgiven. Doubles until a rate is not held in either of two runs, then
 * bisects.
 */
final class LossFreeRate {
    private static final int LOWEST = 50_000;
    private static final int HIGHEST = 100_000_000;
    private static final int BISECTIONS = 4;
    private static final int TRIES = 2;
    private static final long PUNCTUAL_NS = 1_000_000L;

    /** One run. */
    @FunctionalInterface
    interface Attempt {
        Result run(Load load) throws IOException;
    }

    private LossFreeRate() {}

    /** Messages a second; 0 when not even the lowest rate tried is held. */
    static int search(int messageBytes, double seconds, Attempt attempt) throws IOException {
        int held = 0;
        int missed = LOWEST;
        while (missed < HIGHEST && isHeld(Load.of(messageBytes, missed, seconds / 4, seconds), attempt)) {
            held = missed;
            missed *= 2;
        }
        for (int i = 0; i < BISECTIONS && held > 0; i++) {
            int middle = held + (missed - held) / 2;
            if (isHeld(Load.of(messageBytes, middle, seconds / 4, seconds), attempt)) {
                held = middle;
            } else {
                missed = middle;
            }
        }
        return held;
    }

    private static boolean isHeld(Load load, Attempt attempt) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            Result result = attempt.run(load);
            if (result.received() == load.messages()
                    && result.outOfOrder() == 0
                    && result.histogram().getValueAtPercentile(50) <= PUNCTUAL_NS) {
                return true;
            }
        }
        return false;
    }
}
