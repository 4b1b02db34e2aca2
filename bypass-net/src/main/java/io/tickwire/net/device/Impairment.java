package io.tickwire.net.device;

/**
 * What an {@link ImpairedDevice} does to the frames of one direction. Probabilities are per frame and independent.
 *
 * @param loss probability that a frame vanishes, 0 to 1.
 * @param duplication probability that a frame arrives twice.
 * @param corruption probability that one bit of a frame is flipped, anywhere in it.
 * @param reordering probability that a frame is held back by {@code reorderNs} more, so that later ones overtake it.
 * @param reorderNs how long such a frame is held back.
 * @param delayNs delay of every frame.
 * @param jitterNs most that is added to the delay, uniformly drawn; frames of different jitter overtake each other.
 * @param bitsPerSecond rate of the path, 0 for no limit.
 * @param limitFrames most frames held; arriving ones beyond are dropped, as by a full switch queue.
 */
public record Impairment(
        double loss,
        double duplication,
        double corruption,
        double reordering,
        long reorderNs,
        long delayNs,
        long jitterNs,
        long bitsPerSecond,
        int limitFrames) {
    private static final int DEFAULT_LIMIT_FRAMES = 1024;

    /** A perfect path. */
    public static final Impairment NONE = new Impairment(0, 0, 0, 0, 0, 0, 0, 0, DEFAULT_LIMIT_FRAMES);

    public Impairment {
        requireProbability("loss", loss);
        requireProbability("duplication", duplication);
        requireProbability("corruption", corruption);
        requireProbability("reordering", reordering);
        if (reorderNs < 0 || delayNs < 0 || jitterNs < 0 || bitsPerSecond < 0 || limitFrames < 1) {
            throw new IllegalArgumentException("reorderNs=" + reorderNs + " delayNs=" + delayNs + " jitterNs="
                    + jitterNs + " bitsPerSecond=" + bitsPerSecond + " limitFrames=" + limitFrames);
        }
    }

    private static void requireProbability(final String name, final double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " must be 0 to 1: " + value);
        }
    }

    public Impairment withLoss(final double probability) {
        return new Impairment(
                probability,
                duplication,
                corruption,
                reordering,
                reorderNs,
                delayNs,
                jitterNs,
                bitsPerSecond,
                limitFrames);
    }

    public Impairment withDuplication(final double probability) {
        return new Impairment(
                loss, probability, corruption, reordering, reorderNs, delayNs, jitterNs, bitsPerSecond, limitFrames);
    }

    public Impairment withCorruption(final double probability) {
        return new Impairment(
                loss, duplication, probability, reordering, reorderNs, delayNs, jitterNs, bitsPerSecond, limitFrames);
    }

    public Impairment withReordering(final double probability, final long heldBackNs) {
        return new Impairment(
                loss, duplication, corruption, probability, heldBackNs, delayNs, jitterNs, bitsPerSecond, limitFrames);
    }

    public Impairment withDelay(final long newDelayNs, final long newJitterNs) {
        return new Impairment(
                loss,
                duplication,
                corruption,
                reordering,
                reorderNs,
                newDelayNs,
                newJitterNs,
                bitsPerSecond,
                limitFrames);
    }

    public Impairment withRate(final long newBitsPerSecond, final int newLimitFrames) {
        return new Impairment(
                loss,
                duplication,
                corruption,
                reordering,
                reorderNs,
                delayNs,
                jitterNs,
                newBitsPerSecond,
                newLimitFrames);
    }
}
