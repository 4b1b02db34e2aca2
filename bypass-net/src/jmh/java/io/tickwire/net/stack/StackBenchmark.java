package io.tickwire.net.stack;

import io.tickwire.net.device.DeviceCounters;
import io.tickwire.net.device.DeviceInfo;
import io.tickwire.net.device.Frame;
import io.tickwire.net.device.FrameBurst;
import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.device.FramePool;
import io.tickwire.net.device.MemoryFramePool;
import io.tickwire.net.ip.IpSettings;
import io.tickwire.net.tcp.CloseCause;
import io.tickwire.net.tcp.TcpConnection;
import io.tickwire.net.tcp.TcpHandler;
import io.tickwire.net.wire.ArpPacket;
import io.tickwire.net.wire.EthernetHeader;
import io.tickwire.net.wire.Ipv4Header;
import io.tickwire.net.wire.TcpHeader;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Cost per packet of the stack itself, device excluded: run with {@code -prof gc}; 0 B/op is expected. One operation of {@link
 * #receiveInOrderAndAcknowledge} is one received 64-byte-payload segment: parse, checksums, demultiplex, deliver, and the
 * acknowledgement built, checksummed and given to the device. {@link #sendAndBeAcknowledged} is the other direction.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class StackBenchmark {
    private static final int LOCAL = 0x0a00_0001;
    private static final int PEER = 0x0a00_0002;
    private static final int PAYLOAD = 64;

    private final OneFrameDevice device = new OneFrameDevice();
    private final UnsafeBuffer data = new UnsafeBuffer(new byte[PAYLOAD]);
    private NetStack stack;
    private TcpConnection connection;
    private long nowNs = 1_000_000_000L;
    private int peerSequence = 1;

    /** Hands over one prepared frame per receive, and frees what is sent. */
    private static final class OneFrameDevice implements FrameDevice {
        final MemoryFramePool pool = new MemoryFramePool(64);
        final DeviceInfo info = new DeviceInfo("bench", 0x0200_0000_0001L, 1500, 0, 1, 1, 0);
        final UnsafeBuffer frame = new UnsafeBuffer(new byte[200]);
        final UnsafeBuffer view = new UnsafeBuffer(0, 0);
        int length;
        int lastSequence;

        @Override
        public int receive(FrameBurst burst, long nowNs) {
            if (length == 0) {
                return 0;
            }
            final long taken = pool.allocate();
            view.wrap(Frame.dataAddress(taken), length);
            view.putBytes(0, frame, 0, length);
            Frame.length(taken, length);
            length = 0;
            burst.add(taken);
            return 1;
        }

        @Override
        public int send(FrameBurst burst, long nowNs) {
            final int count = burst.size();
            view.wrap(Frame.dataAddress(burst.get(count - 1)), Frame.length(burst.get(count - 1)));
            lastSequence = TcpHeader.sequence(view, 34);
            burst.freeAll(pool);
            return count;
        }

        @Override
        public FramePool pool() {
            return pool;
        }

        @Override
        public DeviceInfo info() {
            return info;
        }

        @Override
        public boolean isLinkUp() {
            return true;
        }

        @Override
        public boolean joinMulticast(long macAddress) {
            return true;
        }

        @Override
        public void leaveMulticast(long macAddress) {}

        @Override
        public void readCounters(DeviceCounters counters) {}

        @Override
        public void close() {}
    }

    /** Takes everything. */
    private static final class Sink implements TcpHandler {
        @Override
        public int onData(TcpConnection from, DirectBuffer buffer, int offset, int length) {
            return length;
        }

        @Override
        public void onPeerClosed(TcpConnection from) {}

        @Override
        public void onWritable(TcpConnection from) {}

        @Override
        public void onClosed(TcpConnection from, CloseCause cause) {}
    }

    /** Opens one connection. */
    @Setup
    public void open() {
        final IpSettings ip = new IpSettings();
        ip.address = LOCAL;
        stack = new NetStack(StackSettings.of(ip, 7), device);
        stack.now(nowNs);
        stack.tcp().listen(80, accepted -> {
            connection = accepted;
            return new Sink();
        });
        EthernetHeader.encode(device.frame, 0, 0x0200_0000_0001L, 0x0200_0000_0002L, -1, EthernetHeader.TYPE_ARP);
        ArpPacket.encode(device.frame, 14, ArpPacket.REQUEST, 0x0200_0000_0002L, PEER, 0, LOCAL);
        device.length = 60;
        poll();
        segment(0, 0, TcpHeader.SYN, 0);
        poll();
        segment(peerSequence, device.lastSequence + 1, TcpHeader.ACK, 0);
        poll();
    }

    private void poll() {
        nowNs += 1_000;
        stack.poll(nowNs);
    }

    private void segment(int sequence, int acknowledgement, int flags, int payload) {
        EthernetHeader.encode(device.frame, 0, 0x0200_0000_0001L, 0x0200_0000_0002L, -1, EthernetHeader.TYPE_IPV4);
        TcpHeader.encode(device.frame, 34, 4_000, 80, sequence, acknowledgement, 20, flags, 65_535);
        TcpHeader.putChecksum(device.frame, 34, 20 + payload, PEER, LOCAL);
        Ipv4Header.encode(device.frame, 14, 20 + payload, 1, 0, 64, Ipv4Header.PROTOCOL_TCP, PEER, LOCAL);
        device.length = 54 + payload;
    }

    /** One segment in, one acknowledgement out; includes building the segment. */
    @Benchmark
    public void receiveInOrderAndAcknowledge() {
        segment(peerSequence, device.lastSequence, TcpHeader.ACK, PAYLOAD);
        peerSequence += PAYLOAD;
        poll();
    }

    /** One segment out, its acknowledgement in; includes building the acknowledgement. */
    @Benchmark
    public void sendAndBeAcknowledged() {
        connection.send(data, 0, PAYLOAD);
        poll();
        segment(peerSequence, device.lastSequence + PAYLOAD, TcpHeader.ACK, 0);
        poll();
    }

    /** Building a 64-byte-payload segment alone: to be subtracted. */
    @Benchmark
    public void buildOnly() {
        segment(peerSequence, 1, TcpHeader.ACK, PAYLOAD);
        device.length = 0;
    }

    /** A duty cycle without work. */
    @Benchmark
    public void emptyPoll() {
        poll();
    }
}
