package io.tickwire.compat.bench.floor;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * The broker's process: takes records, keeps the last of each partition in memory, sends them to whoever waits for them, and
 * neither checks, stores nor replicates anything. A thread per connection, blocking sockets.
 */
public final class FloorBroker {
    private FloorBroker() {}

    /** Listens on a free port of the loopback interface, and says which. */
    public static void main(String[] args) throws IOException {
        String host = "127.0.0.1";
        try (ServerSocketChannel listener = ServerSocketChannel.open().bind(new InetSocketAddress(host, 0))) {
            int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
            FloorState state = new FloorState();
            FloorControl control = new FloorControl(state, host, port);
            Thread.ofPlatform().name("floor-timer").daemon().start(() -> expire(state));
            System.out.println("READY kafka=" + host + ":" + port);
            for (int number = 1; ; number++) {
                SocketChannel channel = listener.accept();
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                Thread.ofPlatform().name("floor-" + number).start(new FloorConnection(channel, state, control, number));
            }
        }
    }

    private static void expire(FloorState state) {
        try {
            state.expire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
