package io.tickwire.edge.connection;

import io.tickwire.net.transport.SendVector;
import io.tickwire.net.transport.StreamTransport;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A stream that keeps what is sent and accepts as much as a test allows. */
final class FakeStream implements StreamTransport {
    final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    int room = Integer.MAX_VALUE;
    boolean paused;
    boolean closed;

    @Override
    public int send(DirectBuffer buffer, int offset, int length) {
        if (closed) {
            return CLOSED;
        }
        int accepted = Math.min(room, length);
        byte[] copy = new byte[accepted];
        buffer.getBytes(offset, copy);
        sent.writeBytes(copy);
        room -= accepted;
        return accepted;
    }

    @Override
    public long send(SendVector vector) {
        long total = 0;
        UnsafeBuffer view = new UnsafeBuffer(0, 0);
        while (vector.size() > 0) {
            view.wrap(vector.address(0), vector.length(0));
            int accepted = send(view, 0, view.capacity());
            if (accepted == CLOSED) {
                return CLOSED;
            }
            vector.advance(accepted);
            total += accepted;
            if (room == 0) {
                break;
            }
        }
        return total;
    }

    @Override
    public void pauseReading() {
        paused = true;
    }

    @Override
    public void resumeReading() {
        paused = false;
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public void abort() {
        closed = true;
    }

    @Override
    public InetSocketAddress localAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 2);
    }
}
