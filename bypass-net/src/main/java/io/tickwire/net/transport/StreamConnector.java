package io.tickwire.net.transport;

/** Told once how an attempt to open a stream ended. */
public interface StreamConnector {
    /** The stream is open; returns its handler. */
    StreamHandler onConnected(StreamTransport stream);

    /** The stream could not be opened. */
    void onFailed(TransportException cause);
}
