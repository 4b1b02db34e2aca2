package io.tickwire.compat.bench.net;

import io.tickwire.net.dpdk.CpuAffinity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * One end of a TCP connection over the kernel's loopback: sockets that do not block, polled without end on a CPU of their own, which is
 * the fastest way to use them. Arguments: {@code server|client}, exchange, port (0 at the server, which prints it), CPU, seconds, bytes.
 */
final class KernelTcp {
    private KernelTcp() {}

    public static void main(String[] arguments) throws IOException {
        Exchange exchange = Exchange.valueOf(arguments[1]);
        CpuAffinity.pin(Integer.parseInt(arguments[3]));
        InetAddress loopback = InetAddress.getLoopbackAddress();
        if (arguments[0].equals("server")) {
            try (ServerSocketChannel listener =
                    ServerSocketChannel.open().bind(new InetSocketAddress(loopback, Integer.parseInt(arguments[2])))) {
                System.out.println("ready " + ((InetSocketAddress) listener.getLocalAddress()).getPort());
                try (SocketChannel channel = prepared(listener.accept())) {
                    serve(channel, exchange, Long.parseLong(arguments[5]));
                }
            }
            return;
        }
        try (SocketChannel channel =
                prepared(SocketChannel.open(new InetSocketAddress(loopback, Integer.parseInt(arguments[2]))))) {
            if (exchange == Exchange.ROUND_TRIPS) {
                roundTrips(channel, Double.parseDouble(arguments[4]));
            } else {
                bulk(channel, Long.parseLong(arguments[5]));
            }
        }
    }

    private static SocketChannel prepared(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        return channel;
    }

    private static void serve(SocketChannel channel, Exchange exchange, long bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(Exchange.CHUNK_BYTES);
        long received = 0;
        for (int length = channel.read(buffer); length >= 0; length = channel.read(buffer)) {
            received += length;
            buffer.flip();
            if (exchange == Exchange.ROUND_TRIPS) {
                writeAll(channel, buffer);
            } else if (length > 0 && received == bytes) {
                writeAll(channel, ByteBuffer.allocateDirect(1));
            }
            buffer.clear();
        }
    }

    private static void roundTrips(SocketChannel channel, double seconds) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(Exchange.MESSAGE_BYTES);
        Exchange.Recorder recorder = new Exchange.Recorder(seconds);
        do {
            buffer.clear();
            recorder.onSent();
            writeAll(channel, buffer);
            buffer.clear();
            readAll(channel, buffer);
        } while (recorder.onReceived());
        recorder.print();
    }

    private static void bulk(SocketChannel channel, long bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(Exchange.CHUNK_BYTES);
        Exchange.Meter meter = new Exchange.Meter(bytes);
        for (long sent = 0; sent < bytes; sent += buffer.limit()) {
            meter.onSent(sent);
            buffer.clear().limit((int) Math.min(Exchange.CHUNK_BYTES, bytes - sent));
            writeAll(channel, buffer);
        }
        readAll(channel, ByteBuffer.allocateDirect(1));
        meter.print();
    }

    private static void writeAll(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static void readAll(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new IOException("the peer has closed");
            }
        }
    }
}
