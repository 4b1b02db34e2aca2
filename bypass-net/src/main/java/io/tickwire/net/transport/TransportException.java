package io.tickwire.net.transport;

/** A transport could not be set up as asked; the message names what was asked and what failed. */
public final class TransportException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With a message only. */
    public TransportException(String message) {
        super(message);
    }

    /** With the failure underneath. */
    public TransportException(String message, Throwable cause) {
        super(message, cause);
    }
}
