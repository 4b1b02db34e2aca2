package io.tickwire.net.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Three transports, stepped by one thread, that share a listener. */
class KernelTransportGroupTest {
    private static final int COUNT = 3;

    private final List<KernelTransport> group = KernelTransportGroup.open(KernelTransportSettings.defaults(), COUNT);
    private final int[] accepted = new int[COUNT];
    private final List<Integer> order = new ArrayList<>();
    private final List<Listener> listeners = new ArrayList<>();
    private final List<Socket> clients = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        group.forEach(KernelTransport::close);
    }

    private InetSocketAddress listenOnAll() {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        for (int i = 0; i < COUNT; i++) {
            int index = i;
            Listener listener = group.get(i).listen(address, 100, stream -> {
                accepted[index]++;
                order.add(index);
                return new Sink();
            });
            listeners.add(listener);
            address = listener.localAddress();
        }
        return address;
    }

    private void connect(InetSocketAddress address, int count) throws IOException {
        int target = order.size() + count;
        for (int i = 0; i < count; i++) {
            clients.add(new Socket(address.getAddress(), address.getPort()));
        }
        long deadlineNs = System.nanoTime() + 10_000_000_000L;
        while (order.size() < target && System.nanoTime() - deadlineNs < 0) {
            group.forEach(transport -> transport.poll(System.nanoTime()));
        }
        assertEquals(target, order.size());
    }

    @Test
    void connectionsAreDealtEvenly() throws IOException {
        connect(listenOnAll(), 12);
        for (int count : accepted) {
            assertEquals(4, count);
        }
    }

    @Test
    void everySecondConnectionOfManyPairsDoesNotMeetTheSameTransport() throws IOException {
        InetSocketAddress address = listenOnAll();
        for (int i = 0; i < 12; i++) {
            connect(address, 1);
        }
        List<Integer> seconds = new ArrayList<>();
        for (int i = 1; i < order.size(); i += 2) {
            seconds.add(order.get(i));
        }
        for (int i = 0; i < COUNT; i++) {
            assertTrue(seconds.contains(i), order.toString());
        }
    }

    @Test
    void transportThatNoLongerListensGetsNoMore() throws IOException {
        InetSocketAddress address = listenOnAll();
        listeners.get(1).close();
        connect(address, 6);
        assertEquals(0, accepted[1]);
    }

    @Test
    void closedTransportsConnectionIsRefusedAndCounted() throws IOException {
        InetSocketAddress address = listenOnAll();
        group.get(1).close();
        for (int i = 0; i < COUNT; i++) {
            clients.add(new Socket(address.getAddress(), address.getPort()));
        }
        long deadlineNs = System.nanoTime() + 10_000_000_000L;
        while (order.size() + group.get(0).counters().refused().get() < COUNT && System.nanoTime() - deadlineNs < 0) {
            group.get(0).poll(System.nanoTime());
            group.get(2).poll(System.nanoTime());
        }
        assertEquals(1, group.get(0).counters().refused().get());
    }

    private static final class Sink implements StreamHandler {
        @Override
        public int onData(DirectBuffer buffer, int offset, int length) {
            return length;
        }

        @Override
        public void onWritable() {}

        @Override
        public void onClosed(CloseCause cause) {}
    }
}
