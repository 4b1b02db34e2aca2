package io.tickwire.net.transport;

/** Why a stream ended. */
public enum CloseCause {
    /** The peer ended its side; what it sent before was delivered. */
    PEER_CLOSED,
    /** The peer reset the stream. */
    PEER_RESET,
    /** This side closed or aborted it. */
    LOCAL_CLOSE,
    /** The peer did not answer in time. */
    TIMED_OUT,
    /** The transport failed. */
    FAILED
}
