package io.tickwire.compat.bench.net;

import io.tickwire.net.dpdk.CpuAffinity;
import io.tickwire.net.dpdk.DpdkPort;
import io.tickwire.net.dpdk.Eal;
import io.tickwire.net.dpdk.EalSettings;
import io.tickwire.net.dpdk.PortSettings;
import io.tickwire.net.ip.IpSettings;
import io.tickwire.net.stack.StackSettings;
import io.tickwire.net.transport.CloseCause;
import io.tickwire.net.transport.StreamConnector;
import io.tickwire.net.transport.StreamHandler;
import io.tickwire.net.transport.StreamTransport;
import io.tickwire.net.transport.TransportException;
import io.tickwire.net.transport.UserspaceTransport;
import io.tickwire.net.wire.Ipv4Address;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One end of a TCP connection of the userspace stack over memif, shared memory between two processes, polled without end on a CPU of its
 * own. Arguments: {@code server|client}, exchange, memif's socket, CPU, seconds, bytes, MTU.
 */
final class UserspaceTcp implements StreamHandler, StreamConnector {
    private static final String SERVER = "10.9.0.1";
    private static final String CLIENT = "10.9.0.2";
    private static final int PORT = 9_092;
    private static final int LEAST_BUFFER_BYTES = 2_048;
    private static final int FRAME_OVERHEAD_BYTES = 216; // 9,216 for an MTU of 9,000
    private static final long LINGER_NS = 50_000_000;
    private static final long LINK_LIMIT_NS = 20_000_000_000L;

    private final boolean isServer;
    private final Exchange exchange;
    private final double seconds;
    private final long bytes;
    private final int cpu;
    private final int mtuBytes;
    private final UnsafeBuffer message =
            new UnsafeBuffer(BufferUtil.allocateDirectAligned(Exchange.CHUNK_BYTES, Long.BYTES));
    private StreamTransport stream;
    private final Exchange.Meter meter;
    private Exchange.Recorder recorder;
    private long sent;
    private long received;
    private boolean over;

    private UserspaceTcp(String[] arguments) {
        isServer = arguments[0].equals("server");
        exchange = Exchange.valueOf(arguments[1]);
        cpu = Integer.parseInt(arguments[3]);
        seconds = Double.parseDouble(arguments[4]);
        bytes = Long.parseLong(arguments[5]);
        mtuBytes = Integer.parseInt(arguments[6]);
        meter = new Exchange.Meter(bytes);
    }

    public static void main(String[] arguments) throws IOException {
        UserspaceTcp end = new UserspaceTcp(arguments);
        Eal eal = Eal.start(EalSettings.ordinaryMemory());
        try (DpdkPort port = DpdkPort.open(eal, end.port(arguments[2]))) {
            end.run(port);
            // The peer's rings are in shared memory: it may only go once this end polls no more.
            System.out.println("over");
            while (end.isServer && System.in.read() >= 0) {
                // The parent closes the pipe when both ends are over.
            }
        }
    }

    private PortSettings port(String socket) {
        return PortSettings.of("net_memif0,role=" + (isServer ? "server" : "client,bsize=" + bufferBytes())
                        + ",socket-abstract=no,socket=" + socket)
                .withMtu(mtuBytes);
    }

    private int bufferBytes() {
        return Math.max(LEAST_BUFFER_BYTES, mtuBytes + FRAME_OVERHEAD_BYTES);
    }

    private void run(DpdkPort port) {
        IpSettings ip = new IpSettings();
        ip.address = Ipv4Address.parse(isServer ? SERVER : CLIENT);
        try (UserspaceTransport transport = UserspaceTransport.open(StackSettings.of(ip, 5), port.queue(0))) {
            if (isServer) {
                transport.listen(new InetSocketAddress(SERVER, PORT), 1, accepted -> {
                    stream = accepted;
                    return this;
                });
                System.out.println("ready 0");
            } else {
                awaitLink(port, transport);
                transport.connect(new InetSocketAddress(SERVER, PORT), this);
            }
            // Not earlier: DPDK's own threads would inherit it.
            CpuAffinity.pin(cpu);
            while (!over) {
                transport.poll(System.nanoTime());
            }
            if (!isServer) {
                long untilNs = System.nanoTime() + LINGER_NS;
                while (System.nanoTime() - untilNs < 0) {
                    transport.poll(System.nanoTime());
                }
            }
        }
    }

    private static void awaitLink(DpdkPort port, UserspaceTransport transport) {
        long untilNs = System.nanoTime() + LINK_LIMIT_NS;
        while (!port.queue(0).isLinkUp()) {
            transport.poll(System.nanoTime());
            if (System.nanoTime() - untilNs > 0) {
                throw new IllegalStateException("memif does not connect");
            }
        }
    }

    @Override
    public StreamHandler onConnected(StreamTransport connected) {
        stream = connected;
        if (exchange == Exchange.ROUND_TRIPS) {
            recorder = new Exchange.Recorder(seconds);
            request();
        } else {
            onWritable();
        }
        return this;
    }

    private void request() {
        recorder.onSent();
        stream.send(message, 0, Exchange.MESSAGE_BYTES);
    }

    @Override
    public void onFailed(TransportException cause) {
        throw new IllegalStateException(cause);
    }

    @Override
    public int onData(DirectBuffer buffer, int offset, int length) {
        received += length;
        if (isServer) {
            if (exchange == Exchange.ROUND_TRIPS) {
                stream.send(buffer, offset, length);
            } else if (received == bytes) {
                stream.send(message, 0, 1);
            }
        } else if (exchange == Exchange.BULK) {
            meter.print();
            stream.close();
        } else if (received % Exchange.MESSAGE_BYTES == 0) {
            if (recorder.onReceived()) {
                request();
            } else {
                recorder.print();
                stream.close();
            }
        }
        return length;
    }

    @Override
    public void onWritable() {
        while (!isServer && exchange == Exchange.BULK && sent < bytes) {
            int length = (int) Math.min(Exchange.CHUNK_BYTES, bytes - sent);
            int accepted = stream.send(message, 0, length);
            sent += Math.max(0, accepted);
            meter.onSent(sent);
            if (accepted < length) {
                return;
            }
        }
    }

    @Override
    public void onClosed(CloseCause cause) {
        over = true;
    }
}
