package io.tickwire.net.device;

/** A capture that is not what it claims to be; the message says where. */
public final class PcapFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PcapFormatException(final String message) {
        super(message);
    }
}
