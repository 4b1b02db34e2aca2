package io.tickwire.net.dpdk;

/**
 * What the preflight saw of one thing.
 *
 * @param subject what was looked at.
 * @param status how it is.
 * @param seen what was found.
 * @param mend the command that puts it right; empty when nothing has to be.
 */
public record Finding(String subject, Status status, String seen, String mend) {
    /** How a thing is. */
    public enum Status {
        /** As it should be. */
        OK,
        /** It works, more slowly or less steadily than it could. */
        ADVICE,
        /** It will not work. */
        MISSING
    }

    /** Nothing to mend. */
    public static Finding ok(final String subject, final String seen) {
        return new Finding(subject, Status.OK, seen, "");
    }

    /** It could be better. */
    public static Finding advice(final String subject, final String seen, final String mend) {
        return new Finding(subject, Status.ADVICE, seen, mend);
    }

    /** It will not work. */
    public static Finding missing(final String subject, final String seen, final String mend) {
        return new Finding(subject, Status.MISSING, seen, mend);
    }
}
