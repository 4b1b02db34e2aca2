package io.tickwire.edge.launch;

import io.tickwire.net.transport.DatagramHandler;
import io.tickwire.net.transport.DatagramSettings;
import io.tickwire.net.transport.DatagramSource;
import io.tickwire.net.transport.Listener;
import io.tickwire.net.transport.SendVector;
import io.tickwire.net.transport.StreamAcceptor;
import io.tickwire.net.transport.StreamConnector;
import io.tickwire.net.transport.StreamHandler;
import io.tickwire.net.transport.StreamTransport;
import io.tickwire.net.transport.Transport;
import io.tickwire.net.transport.TransportCounters;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A transport without a network: hands a shard the requests it is given, and takes every answer. */
final class HandTransport implements Transport {
    private static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    private final TransportCounters counters = new TransportCounters();
    private StreamAcceptor acceptor;

    /** The client's end of a connection. */
    static final class Client implements StreamTransport {
        private StreamHandler handler;
        private long answers;
        private final UnsafeBuffer last = new UnsafeBuffer(0, 0);

        /** Offers the shard a request. */
        void request(DirectBuffer frame, int length) {
            handler.onData(frame, 0, length);
        }

        /** Answers so far. */
        long answers() {
            return answers;
        }

        /** The last answer's first piece, where it lay when it was sent: size, header and what follows. */
        DirectBuffer last() {
            return last;
        }

        @Override
        public int send(DirectBuffer buffer, int offset, int length) {
            answers++;
            return length;
        }

        @Override
        public long send(SendVector vector) {
            last.wrap(vector.address(0), vector.length(0));
            long bytes = vector.remaining();
            vector.advance(bytes);
            answers++;
            return bytes;
        }

        @Override
        public void pauseReading() {}

        @Override
        public void resumeReading() {}

        @Override
        public void close() {
            // Nothing is answered any more, which the asking side notices.
        }

        @Override
        public void abort() {
            close();
        }

        @Override
        public InetSocketAddress localAddress() {
            return ADDRESS;
        }

        @Override
        public InetSocketAddress remoteAddress() {
            return ADDRESS;
        }
    }

    /** Opens a connection to the shard that listens. */
    Client connect() {
        Client client = new Client();
        client.handler = acceptor.onAccept(client);
        return client;
    }

    @Override
    public Listener listen(InetSocketAddress local, int backlog, StreamAcceptor streamAcceptor) {
        acceptor = streamAcceptor;
        return new Listener() {
            @Override
            public InetSocketAddress localAddress() {
                return local;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void connect(InetSocketAddress remote, StreamConnector connector) {
        throw new UnsupportedOperationException();
    }

    @Override
    public DatagramSource open(DatagramSettings settings, DatagramHandler handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int poll(long nowNs) {
        return 0;
    }

    @Override
    public void park(long maxNs) {}

    @Override
    public void wakeup() {}

    @Override
    public TransportCounters counters() {
        return counters;
    }

    @Override
    public void close() {}
}
