package io.tickwire.net.dpdk.ffi;

/** DPDK is missing, unknown, or refused something; the message says what and, where known, what would help. */
public final class DpdkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errorNumber;

    public DpdkException(final String message) {
        this(message, 0);
    }

    /** @param errorNumber positive errno, or 0 when there is none. */
    public DpdkException(final String message, final int errorNumber) {
        super(message);
        this.errorNumber = errorNumber;
    }

    public DpdkException(final String message, final Throwable cause) {
        super(message, cause);
        errorNumber = 0;
    }

    /** Positive errno of the failed call, or 0. */
    public int errorNumber() {
        return errorNumber;
    }
}
