package io.tickwire.net.tcp;

/** Why a connection ended. */
public enum CloseCause {
    /** Both sides closed in order. */
    CLOSED,
    /** The application aborted. */
    ABORTED,
    /** The peer sent a valid RST. */
    RESET,
    /** The peer refused the open: RST to our SYN, or a hard ICMP error. */
    REFUSED,
    /** Nothing was acknowledged for the user timeout, the open took too long, or keep-alives went unanswered. */
    TIMED_OUT
}
