package io.tickwire.net.tcp;

import org.agrona.DirectBuffer;

/**
 * One TCP connection: its control block and the application's calls on it. Owned by the stack's thread.
 *
 * <p>Objects are recycled: after {@link TcpHandler#onClosed} (or a refused accept) the reference must be forgotten.
 */
public final class TcpConnection {
    final Tcp tcp;
    final Sender sender;
    final Receiver receiver;
    final Recovery recovery;
    final ConnectionTimers timers;

    TcpState state = TcpState.CLOSED;
    int remoteAddress;
    int remotePort;
    int localPort;
    TcpHandler handler;
    TcpListener listener;
    boolean activeOpen;

    boolean timestamps;
    boolean sack;
    boolean windowScaling;
    int mssBytes;
    int timestampOffset;
    int recentTimestamp;
    long recentTimestampNs;

    boolean closeRequested;
    boolean orphan;
    boolean wantsWritable;
    boolean ackNow;
    long openedNs;
    long lastReceivedNs;
    long lastInvalidAckNs;
    boolean invalidAckSent;
    int keepAlivesSent;
    int handshakeTransmissions;
    Object attachment;

    TcpConnection readyNext;
    boolean ready;
    TcpConnection wheelNext;
    TcpConnection wheelPrevious;
    int wheelSlot = -1;
    long wheelTick;
    TcpConnection deadNext;
    TcpConnection timeWaitNext;
    TcpConnection timeWaitPrevious;
    boolean inTimeWaitList;

    TcpConnection(Tcp tcp) {
        this.tcp = tcp;
        sender = new Sender(this, tcp.settings(), tcp.sendRings);
        receiver = new Receiver(this, tcp.settings(), tcp.receiveRings);
        recovery = new Recovery(this);
        timers = new ConnectionTimers(this, tcp.wheel);
    }

    void open(int address, int port, int local, long nowNs) {
        remoteAddress = address;
        remotePort = port;
        localPort = local;
        handler = null;
        listener = null;
        activeOpen = false;
        timestamps = false;
        sack = false;
        windowScaling = false;
        mssBytes = 0;
        timestampOffset = tcp.isn.timestampOffset(tcp.localAddress(), local, address, port);
        recentTimestamp = 0;
        recentTimestampNs = nowNs;
        closeRequested = false;
        orphan = false;
        wantsWritable = false;
        ackNow = false;
        openedNs = nowNs;
        lastReceivedNs = nowNs;
        invalidAckSent = false;
        keepAlivesSent = 0;
        handshakeTransmissions = 0;
        attachment = null;
        sender.reset();
        receiver.reset();
        recovery.reset();
    }

    /**
     * Copies bytes into the send buffer; they leave within this duty cycle as windows allow.
     *
     * @return bytes accepted; fewer than {@code length} if the buffer is full ({@link TcpHandler#onWritable} follows), -1 if the
     *     connection cannot send (any more)
     */
    public int send(DirectBuffer buffer, int offset, int length) {
        if (!state.canSend() || closeRequested) {
            return -1;
        }
        final int accepted = sender.write(buffer, offset, length);
        if (accepted < length) {
            wantsWritable = true;
        }
        if (accepted > 0) {
            tcp.makeReady(this);
        }
        return accepted;
    }

    /** Bytes that {@link #send} would accept now. */
    public int sendRoom() {
        return state.canSend() && !closeRequested ? sender.room() : 0;
    }

    /** Bytes accepted and not yet acknowledged. */
    public int unacknowledgedBytes() {
        return sender.bufferedBytes();
    }

    /** No more data is delivered; the window closes as the buffer fills. */
    public void pauseReading() {
        receiver.pause();
    }

    /** Data is delivered again, from the next duty cycle on. */
    public void resumeReading() {
        if (receiver.resume()) {
            tcp.makeReady(this);
        }
    }

    /** Half-close: FIN after what was accepted; receiving goes on. RFC 9293 §3.6, case 1. */
    public void shutdownOutput() {
        if (closeRequested) {
            return;
        }
        switch (state) {
            case SYN_SENT -> tcp.terminate(this, CloseCause.CLOSED);
            case SYN_RECEIVED -> closeRequested = true;
            case ESTABLISHED -> {
                closeRequested = true;
                sender.queueFin();
                state = TcpState.FIN_WAIT_1;
                tcp.makeReady(this);
            }
            case CLOSE_WAIT -> {
                closeRequested = true;
                sender.queueFin();
                state = TcpState.LAST_ACK;
                tcp.makeReady(this);
            }
            default -> {
                // Already closing.
            }
        }
    }

    /**
     * Closes both directions: FIN after what was accepted; data that the application has not taken, or that arrives later, resets
     * the connection. RFC 9293 §3.6.1, RFC 2525 §2.17, as Linux does. {@link TcpHandler#onClosed} follows.
     */
    public void close() {
        if (state == TcpState.CLOSED) {
            return;
        }
        if (receiver.bufferedBytes() > 0) {
            abort();
            return;
        }
        orphan = true;
        shutdownOutput();
        if (state == TcpState.FIN_WAIT_2) {
            timers.set(ConnectionTimers.LINGER, tcp.nowNs() + tcp.settings().finWait2Ns);
        }
    }

    /** Sends RST and forgets the connection. RFC 9293 §3.10.5. {@link TcpHandler#onClosed} is called before this returns. */
    public void abort() {
        if (state == TcpState.CLOSED) {
            return;
        }
        if (state != TcpState.SYN_SENT && state != TcpState.TIME_WAIT) {
            tcp.output.sendReset(this);
        }
        tcp.terminate(this, CloseCause.ABORTED);
    }

    /** Current state. */
    public TcpState state() {
        return state;
    }

    /** Peer's address. */
    public int remoteAddress() {
        return remoteAddress;
    }

    /** Peer's port. */
    public int remotePort() {
        return remotePort;
    }

    /** Our port. */
    public int localPort() {
        return localPort;
    }

    /** Sending MSS without options. */
    public int mssBytes() {
        return mssBytes;
    }

    /** Congestion window. */
    public int congestionWindowBytes() {
        return sender.congestion.windowBytes();
    }

    /** Smoothed round-trip time, 0 before the first sample. */
    public long smoothedRttNs() {
        return sender.rtt.smoothedNs();
    }

    /** Free for the application. */
    public Object attachment() {
        return attachment;
    }

    /** Free for the application. */
    public void attachment(Object value) {
        attachment = value;
    }

    /** Bytes of options in an ordinary segment. */
    int optionBytes() {
        return timestamps ? io.tickwire.net.wire.TcpOptions.TIMESTAMPS_LENGTH : 0;
    }

    /** Payload that fits beside the ordinary options. RFC 6691 §3.1. */
    int payloadLimit() {
        return mssBytes - optionBytes();
    }

    int timestamp(long nowNs) {
        return (int) (nowNs / 1_000_000) + timestampOffset;
    }

    @Override
    public String toString() {
        return "TcpConnection[" + localPort + " <-> " + io.tickwire.net.wire.Ipv4Address.format(remoteAddress) + ':'
                + remotePort + ' ' + state + ' ' + sender + ' ' + receiver + ']';
    }
}
