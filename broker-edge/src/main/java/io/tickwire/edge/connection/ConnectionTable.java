package io.tickwire.edge.connection;

import io.tickwire.net.transport.StreamAcceptor;
import io.tickwire.net.transport.StreamHandler;
import io.tickwire.net.transport.StreamTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The connections of one shard: accepts within the limits, closes idle ones. One thread. */
public final class ConnectionTable implements StreamAcceptor {
    private static final long IDLE_SCAN_NS = 1_000_000_000L;

    private final ConnectionHost host;
    private final FrameMemory memory;
    private final Set<Connection> connections = new LinkedHashSet<>();
    private final Map<Connection, InetAddress> addresses = new HashMap<>();
    private final ConnectionQuota quota;
    private final int shard;
    private long accepted;
    private long nextIdleScanNs;
    private boolean open;

    /**
     * Makes an empty table for a shard.
     *
     * @param quota connections of all shards together
     * @param shard the shard's number, part of the connections' ids
     */
    public ConnectionTable(ConnectionHost host, ConnectionQuota quota, int shard) {
        this.host = host;
        this.quota = quota;
        this.shard = shard;
        memory = new FrameMemory(host.limits().inflightBytes());
        nextIdleScanNs = host.nowNs() + IDLE_SCAN_NS;
    }

    @Override
    public StreamHandler onAccept(StreamTransport stream) {
        InetAddress address = stream.remoteAddress().getAddress();
        if (!quota.enter(address)) {
            host.counters().refused().increment();
            return null;
        }
        Connection connection = new Connection(host, memory, stream, idOf(stream));
        if (!open) {
            connection.hold();
        }
        connections.add(connection);
        addresses.put(connection, address);
        host.counters().opened().increment();
        return connection;
    }

    // As Kafka's: local-remote-processor-index.
    private String idOf(StreamTransport stream) {
        return text(stream.localAddress()) + "-" + text(stream.remoteAddress()) + "-" + shard + "-" + accepted++;
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /** Starts to serve: until now connections were accepted, but nothing was read from them. */
    public void open() {
        open = true;
        connections.forEach(Connection::resume);
    }

    /** A connection has ended. */
    public void remove(Connection connection) {
        if (connections.remove(connection)) {
            quota.leave(addresses.remove(connection));
            host.counters().closed().increment();
        }
    }

    /** Connections open now. */
    public int size() {
        return connections.size();
    }

    /** Closes idle connections, once a second. */
    public int doWork(long nowNs) {
        if (nowNs - nextIdleScanNs < 0) {
            return 0;
        }
        nextIdleScanNs = nowNs + IDLE_SCAN_NS;
        long maxIdleNs = host.limits().maxIdleNs();
        if (maxIdleNs > 0) {
            List<Connection> all = new ArrayList<>(connections);
            all.forEach(connection -> connection.closeIfIdle(nowNs, maxIdleNs));
        }
        return 1;
    }

    /** Ends all connections. */
    public void closeAll() {
        List<Connection> all = new ArrayList<>(connections);
        all.forEach(Connection::close);
    }
}
