package io.tickwire.edge.handler;

/** Told when connections end, on the conductor's thread. */
@FunctionalInterface
public interface ConnectionObserver {
    /** The connection with this id, as in {@code RequestContext.connectionId}, is gone. */
    void connectionClosed(String connectionId);
}
