package io.tickwire.edge.shm;

import java.io.Serial;

/** A shared-memory directory, registry or ring that cannot be used; the message names the file, what was found and what would be right. */
public final class ShmException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    public enum Cause {
        /** Another live broker holds the directory. */
        IN_USE,
        /** No broker has published here, or not this topic-partition. */
        NOT_FOUND,
        /** Not a file of ours, another version, or truncated. */
        INVALID_FILE,
        /** Every ring would need more than the configured limit, or the registry is full. */
        LIMIT_REACHED,
        /** The operating system refused. */
        IO
    }

    private final Cause reason;

    public ShmException(final Cause reason, final String message) {
        super(message);
        this.reason = reason;
    }

    public ShmException(final Cause reason, final String message, final Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Cause reason() {
        return reason;
    }
}
