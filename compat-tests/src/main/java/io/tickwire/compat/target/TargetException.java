package io.tickwire.compat.target;

/** A broker that could not be started, reached or ended; the message says what was seen of it. */
public final class TargetException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public TargetException(String message) {
        super(message);
    }

    public TargetException(String message, Throwable cause) {
        super(message, cause);
    }
}
