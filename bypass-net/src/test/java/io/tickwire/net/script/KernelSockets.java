package io.tickwire.net.script;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;

/** The application of a script on the kernel's sockets: one connection, polled; and what {@code /proc/net/tcp} says of it. */
final class KernelSockets implements AutoCloseable {
    private static final Map<String, String> STATES = Map.ofEntries(
            Map.entry("01", "ESTABLISHED"),
            Map.entry("02", "SYN_SENT"),
            Map.entry("03", "SYN_RECEIVED"),
            Map.entry("04", "FIN_WAIT_1"),
            Map.entry("05", "FIN_WAIT_2"),
            Map.entry("06", "TIME_WAIT"),
            Map.entry("07", "CLOSED"),
            Map.entry("08", "CLOSE_WAIT"),
            Map.entry("09", "LAST_ACK"),
            Map.entry("0A", "LISTEN"),
            Map.entry("0B", "CLOSING"));
    private static final String LOCAL_HEX = "0100000A:";
    private static final String PEER_HEX = "0200000A:";

    boolean noDelay = true;
    boolean quickAck = true;
    int keepAliveIdleSeconds;
    int keepAliveIntervalSeconds = 75;
    int keepAliveProbes = 9;
    boolean pausing;
    int received;
    boolean connected;
    boolean peerClosed;
    String failure = "";

    private final int localPort;
    private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
    private ServerSocketChannel listener;
    private SocketChannel channel;
    private boolean closed;

    KernelSockets(int localPort) {
        this.localPort = localPort;
    }

    void listen() throws IOException {
        listener = ServerSocketChannel.open();
        listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        listener.bind(new InetSocketAddress("10.0.0.1", localPort), 64);
        listener.configureBlocking(false);
    }

    void connect(int remotePort) throws IOException {
        channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        options();
        channel.bind(new InetSocketAddress("10.0.0.1", localPort));
        channel.connect(new InetSocketAddress("10.0.0.2", remotePort));
    }

    private void options() throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, noDelay);
        channel.socket().setOOBInline(true);
        if (keepAliveIdleSeconds > 0) {
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, keepAliveIdleSeconds);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, keepAliveIntervalSeconds);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, keepAliveProbes);
        }
    }

    /** Accepts, finishes connecting, reads. */
    void poll() {
        try {
            if (listener != null && channel == null) {
                channel = listener.accept();
                if (channel != null) {
                    channel.configureBlocking(false);
                    options();
                    connected = true;
                }
            }
            if (channel == null || closed || !failure.isEmpty()) {
                return;
            }
            if (!connected && channel.finishConnect()) {
                connected = true;
            }
            if (connected) {
                if (quickAck) {
                    channel.setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
                }
                read();
            }
        } catch (IOException broken) {
            failure = String.valueOf(broken.getMessage()).toLowerCase(Locale.ROOT);
        }
    }

    private void read() throws IOException {
        while (!pausing && !peerClosed) {
            bytes.clear();
            final int length = channel.read(bytes);
            if (length < 0) {
                peerClosed = true;
            }
            if (length <= 0) {
                return;
            }
            for (int i = 0; i < length; i++) {
                if (bytes.get(i) != ScriptPeer.pattern(received + 1 + i)) {
                    throw new AssertionError("wrong byte received at " + (received + i));
                }
            }
            received += length;
        }
    }

    /** Returns false if the socket takes nothing any more. */
    boolean send(int length) throws IOException {
        try {
            if (channel.write(ByteBuffer.allocate(length)) != length) {
                throw new IOException("the kernel's buffer takes less than " + length);
            }
            return true;
        } catch (ClosedChannelException shut) {
            return false;
        }
    }

    void shutdown() throws IOException {
        channel.shutdownOutput();
    }

    void closeSocket() throws IOException {
        closed = true;
        channel.close();
    }

    void abort() throws IOException {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        closeSocket();
    }

    /** How the connection ended, in the words of the scripts. */
    String cause() {
        return failure.contains("refused")
                ? "REFUSED"
                : failure.contains("reset") || failure.contains("broken pipe")
                        ? "RESET"
                        : failure.contains("timed out") ? "TIMED_OUT" : failure.isEmpty() ? "CLOSED" : failure;
    }

    String state(int remotePort) throws IOException {
        final String remote = PEER_HEX + hex(remotePort);
        for (final String[] row : table()) {
            if (row[2].equals(remote)) {
                return STATES.get(row[3]);
            }
        }
        return "CLOSED";
    }

    int connections() throws IOException {
        return (int) table().stream().filter(row -> !row[3].equals("0A")).count();
    }

    private List<String[]> table() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/net/tcp")).stream()
                .map(line -> line.strip().split("\\s+", -1))
                .filter(row -> row[1].equals(LOCAL_HEX + hex(localPort)))
                .toList();
    }

    private static String hex(int port) {
        return String.format(Locale.ROOT, "%04X", port);
    }

    @Override
    public void close() throws IOException {
        if (listener != null) {
            listener.close();
        }
        if (channel != null && channel.isOpen()) {
            abort();
        }
    }
}
