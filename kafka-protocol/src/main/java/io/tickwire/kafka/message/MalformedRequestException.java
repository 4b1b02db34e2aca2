package io.tickwire.kafka.message;

/** A request that Kafka's generated classes cannot read: its connection is to be closed, as Kafka does. */
public final class MalformedRequestException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedRequestException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
