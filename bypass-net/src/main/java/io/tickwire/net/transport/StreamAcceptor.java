package io.tickwire.net.transport;

/** Decides what happens to a stream a peer opened. */
@FunctionalInterface
public interface StreamAcceptor {
    /** Returns the handler of the new stream, or null to refuse it: then it is closed at once. */
    StreamHandler onAccept(StreamTransport stream);
}
