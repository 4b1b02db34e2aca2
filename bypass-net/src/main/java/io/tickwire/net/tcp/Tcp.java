package io.tickwire.net.tcp;

import io.tickwire.net.ip.Ipv4Output;
import io.tickwire.net.ip.RateLimit;
import io.tickwire.net.wire.Ipv4Header;
import io.tickwire.net.wire.TcpHeader;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The TCP of one stack: listeners, connections, timers. Owned by the stack's thread; sans-I/O apart from the frames it hands to
 * {@link Ipv4Output}. Nothing is allocated once connections, buffers and tables have reached their working number.
 */
public final class Tcp {
    /** Timers run per duty cycle at most. */
    private static final int TIMER_LIMIT = 1_024;
    /** Segments sent per connection and duty cycle at most. */
    private static final int SEGMENT_LIMIT = 64;
    /** Listening ports at most. */
    private static final int MAX_LISTENERS = 64;

    /** What was done. */
    public final TcpCounters counters = new TcpCounters();

    final RingPool sendRings;
    final RingPool receiveRings;
    final TimerWheel wheel = new TimerWheel();
    final ConnectionTable table;
    final TcpOutput output;
    final IsnGenerator isn;
    final SynCookies cookies;
    int halfOpen;

    private final TcpSettings settings;
    private final Ipv4Output ip;
    private final TcpInput input;
    private final IcmpInput icmpInput;
    private final TcpTimers timers;
    private final RateLimit challengeLimit;
    private final RateLimit resetLimit;
    private final TcpListener[] listeners = new TcpListener[MAX_LISTENERS];
    private final ConnectionPool pool;
    private final ReadyQueue ready = new ReadyQueue();
    private int listenerCount;
    private int nextPort;
    private long nowNs;

    /**
     * Creates the TCP of a stack.
     *
     * @param seed secret, from a strong random source outside tests: sequence numbers, cookies and hashing depend on it
     */
    public Tcp(TcpSettings settings, Ipv4Output ip, long seed) {
        this.settings = settings.validate();
        this.ip = ip;
        sendRings = new RingPool(settings.sendBufferBytes, settings.maxBuffers);
        receiveRings = new RingPool(settings.receiveBufferBytes, settings.maxBuffers);
        table = new ConnectionTable(settings.maxConnections, seed);
        output = new TcpOutput(this, ip, counters);
        final SipHash hash = new SipHash(seed, Long.rotateLeft(seed, 29) ^ 0x9e37_79b9_7f4a_7c15L);
        isn = new IsnGenerator(hash);
        cookies = new SynCookies(hash);
        input = new TcpInput(this);
        icmpInput = new IcmpInput(this);
        timers = new TcpTimers(this);
        challengeLimit = new RateLimit(settings.challengeAcksPerSecond);
        resetLimit = new RateLimit(settings.resetsPerSecond);
        pool = new ConnectionPool(this, settings.maxConnections);
    }

    TcpSettings settings() {
        return settings;
    }

    int localAddress() {
        return ip.address();
    }

    long nowNs() {
        return nowNs;
    }

    /** Our receive MSS towards a peer: what its segments may carry. RFC 6691 §2. */
    int localMss(int remoteAddress) {
        return ip.pathMtuBytes(remoteAddress) - Ipv4Header.LENGTH - TcpHeader.LENGTH;
    }

    /** Shift that makes the receive buffer expressible in 16 bits. RFC 7323 §2.2. */
    int ownWindowShift() {
        int shift = 0;
        while (settings.receiveBufferBytes >>> shift > 0xffff) {
            shift++;
        }
        return shift;
    }

    /** Sets the time of this duty cycle; before anything else in it. */
    public void now(long timeNs) {
        nowNs = timeNs;
        wheel.start(timeNs);
    }

    /**
     * Listens on a port.
     *
     * @throws IllegalStateException if the port is taken or there are too many listeners
     */
    public TcpListener listen(int port, TcpAcceptor acceptor) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + ": must be 1 to 65535");
        }
        if (listener(port) != null) {
            throw new IllegalStateException("port " + port + " is being listened on already");
        }
        if (listenerCount == MAX_LISTENERS) {
            throw new IllegalStateException("more than " + MAX_LISTENERS + " listeners");
        }
        final TcpListener listener = new TcpListener(this, port, acceptor);
        listeners[listenerCount++] = listener;
        return listener;
    }

    /** True if someone listens on a port. */
    public boolean isListening(int port) {
        return listener(port) != null;
    }

    TcpListener listener(int port) {
        for (int i = 0; i < listenerCount; i++) {
            if (listeners[i].port() == port) {
                return listeners[i];
            }
        }
        return null;
    }

    void close(TcpListener listener) {
        for (int i = 0; i < listenerCount; i++) {
            if (listeners[i] == listener) {
                listeners[i] = listeners[--listenerCount];
                listeners[listenerCount] = null;
                break;
            }
        }
        for (int slot = 0; halfOpen > 0 && slot < table.capacity(); slot++) {
            final TcpConnection c = table.at(slot);
            if (c != null && c.listener == listener) {
                c.abort();
                // Removal may have moved a later one into this slot.
                slot--;
            }
        }
    }

    /**
     * Begins an active open. RFC 9293 §3.10.1.
     *
     * @param localPort our port, or 0 to have one chosen
     * @return the connection, or null if no port or no table entry is free
     */
    public TcpConnection connect(int remoteAddress, int remotePort, int localPort, TcpHandler handler) {
        final int port = localPort != 0 ? localPort : choosePort(remoteAddress, remotePort);
        if (port == 0 || table.find(remoteAddress, remotePort, port) != null) {
            return null;
        }
        final TcpConnection c = allocate();
        if (c == null) {
            return null;
        }
        c.open(remoteAddress, remotePort, port, nowNs);
        c.activeOpen = true;
        c.handler = handler;
        c.state = TcpState.SYN_SENT;
        table.add(c);
        counters.activeOpens++;
        final int iss = isn.initial(localAddress(), port, remoteAddress, remotePort, nowNs);
        c.sender.start(iss);
        c.recovery.start(iss);
        c.timers.set(ConnectionTimers.RETRANSMIT, nowNs + c.sender.rtt.rtoNs());
        c.timers.set(ConnectionTimers.OPEN, nowNs + settings.openTimeoutNs);
        output.sendSyn(c, false, nowNs);
        return c;
    }

    /** RFC 6056 §3.3.3, algorithm 3; of several stacks that share the address each takes ports whose segments arrive at its queue. */
    private int choosePort(int remoteAddress, int remotePort) {
        final int count = settings.ephemeralPortLast - settings.ephemeralPortFirst + 1;
        final int offset = isn.portOffset(localAddress(), remoteAddress, remotePort);
        for (int tries = 0; tries < count; tries++) {
            final int port = settings.ephemeralPortFirst + (int) ((offset + (nextPort++ & 0xffff_ffffL)) % count);
            if (table.find(remoteAddress, remotePort, port) == null
                    && listener(port) == null
                    && ip.arrivesHere(remoteAddress, remotePort, port)) {
                return port;
            }
        }
        return 0;
    }

    /** A segment for our address arrived: header and payload, {@code length} bytes. */
    public void onSegment(UnsafeBuffer buffer, int offset, int length, int source, boolean checksumVerified) {
        input.onSegment(buffer, offset, length, source, checksumVerified, nowNs);
    }

    /** True if a segment belongs to a connection here. */
    public boolean hasConnection(UnsafeBuffer buffer, int offset, int length, int source) {
        return length >= TcpHeader.LENGTH
                && table.find(source, TcpHeader.sourcePort(buffer, offset), TcpHeader.destinationPort(buffer, offset))
                        != null;
    }

    /** Runs timers and sends what is due. Returns a work count. */
    public int poll() {
        int work = wheel.poll(nowNs, timers, TIMER_LIMIT);
        work += serviceReady();
        pool.reclaim();
        return work;
    }

    private int serviceReady() {
        final int due = ready.size();
        for (int i = 0; i < due; i++) {
            final TcpConnection c = ready.remove();
            service(c);
            assert TcpInvariants.check(c);
        }
        return due;
    }

    private void service(TcpConnection c) {
        if (c.state == TcpState.CLOSED) {
            return;
        }
        if (!c.receiver.paused && c.handler != null && c.receiver.bufferedBytes() > 0) {
            deliver(c);
        }
        if (c.state.isSynchronised() && c.state != TcpState.SYN_RECEIVED && c.state != TcpState.TIME_WAIT) {
            transmit(c);
        }
        if (c.state == TcpState.CLOSED) {
            return;
        }
        if ((c.ackNow || (c.state.canReceive() && c.receiver.shouldUpdateWindow())) && !output.sendAck(c, nowNs)) {
            c.ackNow = true;
            makeReady(c);
        }
        if (c.wantsWritable && c.state.canSend() && c.sender.room() >= settings.sendBufferBytes / 4) {
            c.wantsWritable = false;
            c.handler.onWritable(c);
        }
    }

    private void transmit(TcpConnection c) {
        int result = Sender.SENT;
        for (int sent = 0; result == Sender.SENT && sent < SEGMENT_LIMIT; sent++) {
            result = c.sender.sendOne(nowNs);
        }
        if (result != Sender.NOTHING) {
            makeReady(c);
        }
        c.sender.armPersist(nowNs);
    }

    void makeReady(TcpConnection c) {
        ready.add(c);
    }

    /** Sends an acknowledgement now; if no frame is free, in the next duty cycle. */
    void acknowledge(TcpConnection c, long timeNs) {
        if (!output.sendAck(c, timeNs)) {
            c.ackNow = true;
            makeReady(c);
        }
    }

    /** RFC 5961 §7: challenge ACKs are throttled for the whole stack. */
    void challengeAck(TcpConnection c, long timeNs) {
        if (!challengeLimit.tryAcquire(timeNs)) {
            counters.acksThrottled++;
            return;
        }
        counters.challengeAcks++;
        if (c.state == TcpState.SYN_RECEIVED) {
            // Our SYN is not acknowledged: say it again, with the same acknowledgement.
            output.sendSyn(c, true, timeNs);
        } else {
            acknowledge(c, timeNs);
        }
    }

    boolean mayReset(long timeNs) {
        return resetLimit.tryAcquire(timeNs);
    }

    TcpConnection allocate() {
        return pool.allocate();
    }

    /** Hands buffered data to the application, then the end of the stream. */
    void deliver(TcpConnection c) {
        c.receiver.deliver();
        if (c.state == TcpState.CLOSED) {
            return;
        }
        if (c.orphan && c.receiver.bufferedBytes() > 0) {
            c.abort();
            return;
        }
        notifyPeerClosed(c);
    }

    /** Tells the application of the peer's FIN once everything before it was delivered. */
    void notifyPeerClosed(TcpConnection c) {
        if (!c.receiver.finReceived || c.receiver.bufferedBytes() > 0 || c.handler == null) {
            return;
        }
        if (!c.receiver.peerClosedNotified && !c.orphan) {
            c.receiver.peerClosedNotified = true;
            c.handler.onPeerClosed(c);
        }
        if (c.state == TcpState.TIME_WAIT) {
            detach(c, CloseCause.CLOSED);
        } else if (c.state == TcpState.LAST_ACK && c.sender.finAcknowledged()) {
            terminate(c, CloseCause.CLOSED);
        }
    }

    /** Our FIN is acknowledged in LAST_ACK. */
    void finishLastAck(TcpConnection c) {
        if (c.receiver.bufferedBytes() == 0 || c.handler == null) {
            terminate(c, CloseCause.CLOSED);
        }
    }

    /** Both FINs are acknowledged. RFC 9293 §3.10.7.4. */
    void enterTimeWait(TcpConnection c, long timeNs) {
        c.timers.cancelAll();
        c.state = TcpState.TIME_WAIT;
        c.sender.release();
        c.timers.set(ConnectionTimers.LINGER, timeNs + settings.timeWaitNs);
        pool.enterTimeWait(c);
        notifyPeerClosed(c);
    }

    private static void detach(TcpConnection c, CloseCause cause) {
        final TcpHandler handler = c.handler;
        c.handler = null;
        c.receiver.release();
        if (handler != null) {
            handler.onClosed(c, cause);
        }
    }

    /** Ends a connection in any state; the object is reused from the next duty cycle on. */
    void terminate(TcpConnection c, CloseCause cause) {
        if (c.state == TcpState.CLOSED) {
            return;
        }
        if (c.state == TcpState.SYN_RECEIVED) {
            halfOpen--;
        }
        c.state = TcpState.CLOSED;
        c.timers.cancelAll();
        table.remove(c);
        c.sender.release();
        pool.retire(c);
        detach(c, cause);
    }

    /** An ICMP error about one of our segments: {@code quoted} is the TCP header it carries, at least eight bytes. */
    public void onIcmpError(UnsafeBuffer buffer, int quoted, int destination, boolean hard, int pathMtuBytes) {
        icmpInput.onError(buffer, quoted, destination, hard, pathMtuBytes);
    }

    /** Connections in the table, half-open and TIME_WAIT included. */
    public int connectionCount() {
        return table.size();
    }

    /** Half-open connections. */
    public int halfOpenCount() {
        return halfOpen;
    }

    /** Send and receive buffers in use; 0 when all connections are closed. */
    public int buffersInUse() {
        return sendRings.inUse() + receiveRings.inUse();
    }

    /** Resets every connection: the stack goes down. */
    public void abortAll() {
        for (int slot = 0; slot < table.capacity(); slot++) {
            final TcpConnection c = table.at(slot);
            if (c != null) {
                c.abort();
                slot--;
            }
        }
        pool.reclaim();
    }
}
