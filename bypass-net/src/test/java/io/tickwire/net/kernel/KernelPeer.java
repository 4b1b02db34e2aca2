package io.tickwire.net.kernel;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The Linux kernel's end: one thread with a selector over ordinary sockets.
 *
 * <pre>
 *  serve PORT                                             transfers as server
 *  run HOST PORT COUNT PARALLEL UP DOWN SEED [together]   transfers as client; answers with a report
 *  datagrams GROUP PORT COUNT INTERFACE                   numbered datagrams to a group
 *  timeouts                                               the kernel's retransmission timeouts
 * </pre>
 */
final class KernelPeer {
    private static final int CHUNK = 1 << 16;

    private final Selector selector;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(CHUNK);
    private final UnsafeBuffer view = new UnsafeBuffer(bytes);
    private Batch batch;
    private InetSocketAddress target;

    /** A connection under way. */
    private final class Flow {
        final SocketChannel channel;
        final Transfer transfer;
        final boolean isClient;
        SelectionKey key;

        Flow(SocketChannel channel, Transfer transfer, boolean isClient) {
            this.channel = channel;
            this.transfer = transfer;
            this.isClient = isClient;
        }

        void release() {
            if (key.isValid()) {
                key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            }
        }

        void ready() {
            try {
                if (key.isConnectable()) {
                    channel.finishConnect();
                    key.interestOps(0);
                    batch.onConnected(this::release);
                    return;
                }
                if (key.isReadable() && !read()) {
                    return;
                }
                write();
                if (isClient && transfer.isDone()) {
                    end();
                }
            } catch (IOException broken) {
                System.out.println(broken + " in " + transfer);
                end();
            }
        }

        private boolean read() throws IOException {
            bytes.clear();
            final int length = channel.read(bytes);
            if (length < 0) {
                end();
                return false;
            }
            transfer.onReceived(view, 0, length, System.nanoTime());
            return true;
        }

        private void write() throws IOException {
            final int length = transfer.next(view, CHUNK);
            if (length > 0) {
                bytes.clear().limit(length);
                final int sent = channel.write(bytes);
                if (sent > 0) {
                    transfer.onSent(sent, System.nanoTime());
                }
            }
            if (key.isValid()) {
                key.interestOps(SelectionKey.OP_READ | (transfer.next(view, 1) > 0 ? SelectionKey.OP_WRITE : 0));
            }
        }

        private void end() {
            try {
                key.cancel();
                channel.close();
            } catch (IOException broken) {
                System.out.println(broken);
            }
            if (isClient) {
                batch.onEnded(transfer);
            } else if (!transfer.isDone() || !transfer.isIntact()) {
                System.out.println("failed: " + transfer);
            }
        }
    }

    private KernelPeer() throws IOException {
        selector = Selector.open();
    }

    public static void main(String[] arguments) throws IOException {
        new KernelPeer().run();
    }

    private void run() throws IOException {
        final Commands commands = new Commands(selector::wakeup);
        Commands.answer("ready");
        while (true) {
            for (List<String> command = commands.poll(); command != null; command = commands.poll()) {
                if (command.get(0).equals("quit")) {
                    System.exit(0);
                }
                execute(command);
            }
            while (batch != null && batch.mayBegin()) {
                connect();
            }
            if (batch != null && batch.isOver()) {
                Commands.answer(batch.report(System.nanoTime()));
                batch = null;
            }
            selector.select(key -> {
                if (key.attachment() instanceof Flow flow) {
                    flow.ready();
                } else {
                    accept((ServerSocketChannel) key.channel());
                }
            });
        }
    }

    private void execute(List<String> words) throws IOException {
        switch (words.get(0)) {
            case "serve" -> {
                final ServerSocketChannel server = ServerSocketChannel.open();
                server.configureBlocking(false);
                server.bind(new InetSocketAddress(Integer.parseInt(words.get(1))), 2_048);
                server.register(selector, SelectionKey.OP_ACCEPT);
                Commands.answer("serving");
            }
            case "run" -> {
                target = new InetSocketAddress(words.get(1), Integer.parseInt(words.get(2)));
                batch = new Batch(words.subList(3, words.size()), System.nanoTime());
            }
            case "timeouts" -> Commands.answer("timeouts=" + counter("TcpExt:", "TCPTimeouts"));
            case "datagrams" -> {
                datagrams(words.get(1), Integer.parseInt(words.get(2)), Integer.parseInt(words.get(3)), words.get(4));
                Commands.answer("sent");
            }
            default -> throw new IllegalArgumentException("unknown command " + words);
        }
    }

    private void accept(ServerSocketChannel server) {
        try {
            for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
                channel.configureBlocking(false);
                final Flow flow = new Flow(channel, Transfer.server(System.nanoTime()), false);
                flow.key = channel.register(selector, SelectionKey.OP_READ, flow);
            }
        } catch (IOException broken) {
            System.out.println(broken);
        }
    }

    private void connect() throws IOException {
        final SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        final Flow flow = new Flow(channel, batch.begin(System.nanoTime()), true);
        channel.connect(target);
        flow.key = channel.register(selector, SelectionKey.OP_CONNECT, flow);
    }

    private static void datagrams(String group, int port, int count, String device) throws IOException {
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, NetworkInterface.getByName(device));
            final ByteBuffer payload = ByteBuffer.allocate(4);
            for (int i = 0; i < count; i++) {
                payload.clear().putInt(i).flip();
                channel.send(payload, new InetSocketAddress(InetAddress.getByName(group), port));
            }
        }
    }

    private static long counter(String family, String name) throws IOException {
        final List<String> lines = Files.readAllLines(Path.of("/proc/self/net/netstat"));
        List<String> names = List.of();
        for (final String line : lines) {
            final List<String> words = Arrays.asList(line.split(" ", -1));
            if (words.get(0).equals(family)) {
                if (names.isEmpty()) {
                    names = words;
                } else {
                    return Long.parseLong(words.get(names.indexOf(name)));
                }
            }
        }
        throw new IOException("no " + name);
    }
}
