package io.tickwire.compat.bench.hotpath;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Kernel UDP over loopback, non-blocking receive, one system call a message at each end. */
final class UdpContender implements Contender {
    private static final int SOCKET_BUFFER_BYTES = 4 << 20;
    private static final int POLL_LIMIT = 16;
    private static final int MAX_RATE = 100_000;

    @Override
    public String name() {
        return "udp-loopback";
    }

    /** What one core takes through the kernel is not much more. */
    @Override
    public int maxRate() {
        return MAX_RATE;
    }

    private static Path portFile(Path directory) {
        return directory.resolve("port");
    }

    @Override
    public Publisher publisher(Path directory, int maxMessageBytes) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
        ByteBuffer out = ByteBuffer.allocateDirect(maxMessageBytes);
        return new Publisher() {
            @Override
            public boolean offer(DirectBuffer message, int length) {
                try {
                    if (!channel.isConnected()) {
                        int port = Integer.parseInt(Files.readString(portFile(directory)));
                        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                    }
                    out.clear();
                    message.getBytes(0, out, 0, length);
                    out.limit(length);
                    return channel.write(out) == length;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    @Override
    public Subscriber subscriber(Path directory, int maxMessageBytes) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
        channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        channel.configureBlocking(false);
        Files.writeString(
                portFile(directory), Integer.toString(((InetSocketAddress) channel.getLocalAddress()).getPort()));
        ByteBuffer in = ByteBuffer.allocateDirect(maxMessageBytes);
        UnsafeBuffer view = new UnsafeBuffer(in);
        return new Subscriber() {
            @Override
            public int poll(Handler handler) {
                try {
                    int count = 0;
                    while (count < POLL_LIMIT) {
                        in.clear();
                        if (channel.receive(in) == null) {
                            break;
                        }
                        handler.onMessage(view, 0, in.position());
                        count++;
                    }
                    return count;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }
}
