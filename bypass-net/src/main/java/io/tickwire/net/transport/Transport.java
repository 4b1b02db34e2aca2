package io.tickwire.net.transport;

import java.net.InetSocketAddress;

/**
 * Streams and datagrams of one thread. All methods but {@link #wakeup()} belong to the thread that polls, and all handlers
 * are called on it, from {@link #poll(long)} only.
 */
public interface Transport extends AutoCloseable {
    /**
     * Listens for streams.
     *
     * @param local address and port; port 0 picks a free one, see {@link Listener#localAddress()}
     * @param backlog connections that may wait to be accepted
     * @throws TransportException when the address is in use or not of this host
     */
    Listener listen(InetSocketAddress local, int backlog, StreamAcceptor acceptor);

    /** Opens a stream; the connector is told the outcome from a later poll. */
    void connect(InetSocketAddress remote, StreamConnector connector);

    /**
     * Opens a datagram endpoint, joined to a multicast group when the settings name one.
     *
     * @throws TransportException when the port, interface or group cannot be used
     */
    DatagramSource open(DatagramSettings settings, DatagramHandler handler);

    /**
     * One bounded duty cycle: accepts, reads, writes and timers.
     *
     * @param nowNs monotonic time
     * @return work done, 0 when there was none
     */
    int poll(long nowNs);

    /**
     * Blocks until there is something to poll, {@link #wakeup()} is called or the time is over; may return earlier.
     *
     * @param maxNs longest wait; 0 or less returns at once
     */
    void park(long maxNs);

    /** Ends a park, or makes the next one return at once. From any thread. */
    void wakeup();

    /** Counters of this transport, written by its thread, read by any. */
    TransportCounters counters();

    /** Aborts all streams, closes everything. Handlers are told {@link CloseCause#LOCAL_CLOSE}. */
    @Override
    void close();
}
