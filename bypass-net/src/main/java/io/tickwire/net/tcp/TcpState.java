package io.tickwire.net.tcp;

/**
 * Connection states. RFC 9293 §3.3.2. LISTEN is not a connection here but a {@link TcpListener}.
 *
 * <pre>
 *  CLOSED --connect--> SYN_SENT --SYN,ACK--> ESTABLISHED
 *                      SYN_SENT --SYN-------> SYN_RECEIVED (simultaneous open)
 *  (listener) --SYN--> SYN_RECEIVED --ACK---> ESTABLISHED
 *  ESTABLISHED --close--> FIN_WAIT_1 --ACK of FIN--> FIN_WAIT_2 --FIN--> TIME_WAIT --2MSL--> CLOSED
 *                         FIN_WAIT_1 --FIN--> CLOSING --ACK of FIN--> TIME_WAIT
 *  ESTABLISHED --FIN--> CLOSE_WAIT --close--> LAST_ACK --ACK of FIN--> CLOSED
 * </pre>
 */
public enum TcpState {
    /** No connection. */
    CLOSED(false, false, false),
    /** SYN sent. */
    SYN_SENT(false, false, false),
    /** SYN received and answered. */
    SYN_RECEIVED(true, false, false),
    /** Data flows both ways. */
    ESTABLISHED(true, true, true),
    /** We have closed; the FIN is not acknowledged yet. */
    FIN_WAIT_1(true, true, false),
    /** Our FIN is acknowledged; the peer may still send. */
    FIN_WAIT_2(true, true, false),
    /** The peer has closed; we may still send. */
    CLOSE_WAIT(true, false, true),
    /** Both closed at once; our FIN is not acknowledged yet. */
    CLOSING(true, false, false),
    /** The peer closed first, then we; our FIN is not acknowledged yet. */
    LAST_ACK(true, false, false),
    /** Both closed; old segments die out. */
    TIME_WAIT(true, false, false);

    private final boolean synchronised;
    private final boolean receiving;
    private final boolean sending;

    TcpState(boolean synchronised, boolean receiving, boolean sending) {
        this.synchronised = synchronised;
        this.receiving = receiving;
        this.sending = sending;
    }

    /** Both initial sequence numbers are known. */
    public boolean isSynchronised() {
        return synchronised;
    }

    /** Data from the peer is accepted. */
    public boolean canReceive() {
        return receiving;
    }

    /** New data from the application is accepted. */
    public boolean canSend() {
        return sending;
    }
}
