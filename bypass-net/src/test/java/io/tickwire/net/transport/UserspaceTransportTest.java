package io.tickwire.net.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.net.device.MemoryFramePool;
import io.tickwire.net.device.MemoryWire;
import io.tickwire.net.ip.IpSettings;
import io.tickwire.net.stack.StackSettings;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.BooleanSupplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UserspaceTransportTest {
    private static final int LEFT = 0x0a4d_0001;
    private static final int RIGHT = 0x0a4d_0002;

    private final MemoryFramePool leftPool = new MemoryFramePool(512);
    private final MemoryFramePool rightPool = new MemoryFramePool(512);
    private final MemoryWire wire =
            new MemoryWire(leftPool, 0x0200_0000_0001L, rightPool, 0x0200_0000_0002L, 1 << 20, 1500);
    private final UserspaceTransport left = UserspaceTransport.open(settings(LEFT), wire.left());
    private final UserspaceTransport right = UserspaceTransport.open(settings(RIGHT), wire.right());
    private long nowNs = System.nanoTime();

    private static StackSettings settings(int address) {
        final IpSettings ip = new IpSettings();
        ip.address = address;
        return StackSettings.of(ip, address);
    }

    @AfterEach
    void closeLeavesNoFrameBehind() {
        left.close();
        right.close();
        wire.left().close();
        wire.right().close();
        assertEquals(leftPool.capacity(), leftPool.available());
        assertEquals(rightPool.capacity(), rightPool.available());
    }

    private void until(BooleanSupplier done) {
        for (int i = 0; i < 200_000 && !done.getAsBoolean(); i++) {
            nowNs += 20_000;
            left.poll(nowNs);
            right.poll(nowNs);
        }
        assertTrue(done.getAsBoolean(), "not reached in four virtual seconds");
    }

    /** Echoes; keeps what could not be sent at once by pausing. */
    private static final class Echo implements StreamHandler {
        final StreamTransport stream;
        CloseCause closed;

        Echo(StreamTransport stream) {
            this.stream = stream;
        }

        @Override
        public int onData(DirectBuffer buffer, int offset, int length) {
            final int sent = stream.send(buffer, offset, length);
            if (sent < length) {
                stream.pauseReading();
            }
            return sent;
        }

        @Override
        public void onWritable() {
            stream.resumeReading();
        }

        @Override
        public void onClosed(CloseCause cause) {
            closed = cause;
        }
    }

    /** Sends a pattern and checks the echo. */
    private static final class Client implements StreamConnector, StreamHandler {
        final long total;
        final UnsafeBuffer chunk = new UnsafeBuffer(new byte[10_000]);
        StreamTransport stream;
        TransportException failure;
        CloseCause closed;
        long sent;
        long received;

        Client(long total) {
            this.total = total;
        }

        @Override
        public StreamHandler onConnected(StreamTransport opened) {
            stream = opened;
            push();
            return this;
        }

        @Override
        public void onFailed(TransportException cause) {
            failure = cause;
        }

        void push() {
            while (sent < total) {
                final int length = (int) Math.min(chunk.capacity(), total - sent);
                for (int i = 0; i < length; i++) {
                    chunk.putByte(i, (byte) (((sent + i) * 31) >> 3));
                }
                final int accepted = stream.send(chunk, 0, length);
                sent += accepted;
                if (accepted < length) {
                    return;
                }
            }
        }

        @Override
        public int onData(DirectBuffer buffer, int offset, int length) {
            for (int i = 0; i < length; i++) {
                assertEquals((byte) (((received + i) * 31) >> 3), buffer.getByte(offset + i));
            }
            received += length;
            return length;
        }

        @Override
        public void onWritable() {
            push();
        }

        @Override
        public void onClosed(CloseCause cause) {
            closed = cause;
        }
    }

    @Test
    void echoOfMegabytesArrivesWhole() {
        final Echo[] echo = new Echo[1];
        final Listener listener = right.listen(new InetSocketAddress(0), 16, stream -> {
            echo[0] = new Echo(stream);
            return echo[0];
        });
        final Client client = new Client(3_000_000);
        left.connect(listener.localAddress(), client);
        until(() -> client.received == client.total);
        assertEquals(RIGHT & 0xff, client.stream.remoteAddress().getAddress().getAddress()[3]);
        client.stream.close();
        until(() -> echo[0].closed != null && client.closed != null);
        assertEquals(CloseCause.LOCAL_CLOSE, client.closed);
        assertEquals(CloseCause.PEER_CLOSED, echo[0].closed);
        assertEquals(StreamTransport.CLOSED, client.stream.send(client.chunk, 0, 1));
        assertEquals(client.total, right.counters().bytesIn().get());
        listener.close();
    }

    @Test
    void abortIsSeenAsResetByThePeer() {
        final Echo[] echo = new Echo[1];
        final Listener listener = right.listen(new InetSocketAddress(9092), 16, stream -> {
            echo[0] = new Echo(stream);
            return echo[0];
        });
        final Client client = new Client(10);
        left.connect(listener.localAddress(), client);
        until(() -> client.received == 10);
        client.stream.abort();
        assertNull(client.closed, "told from a poll only");
        until(() -> echo[0].closed != null && client.closed != null);
        assertEquals(CloseCause.PEER_RESET, echo[0].closed);
        assertEquals(CloseCause.LOCAL_CLOSE, client.closed);
    }

    @Test
    void connectToClosedPortFails() {
        final Client client = new Client(10);
        left.connect(new InetSocketAddress(UserspaceTransport.address(RIGHT, 1).getAddress(), 81), client);
        until(() -> client.failure != null);
        assertNull(client.stream);
    }

    @Test
    void refusedStreamIsReset() {
        final Listener listener = right.listen(new InetSocketAddress(9092), 16, stream -> null);
        final Client client = new Client(10);
        left.connect(listener.localAddress(), client);
        until(() -> client.closed != null);
        assertEquals(CloseCause.PEER_RESET, client.closed);
        assertEquals(1, right.counters().refused().get());
    }

    @Test
    void gatherSendFromMappedMemoryArrives() {
        final Echo[] echo = new Echo[1];
        final Listener listener = right.listen(new InetSocketAddress(9092), 16, stream -> {
            echo[0] = new Echo(stream);
            return echo[0];
        });
        final Client client = new Client(0);
        left.connect(listener.localAddress(), client);
        until(() -> client.stream != null);
        final UnsafeBuffer memory = new UnsafeBuffer(java.nio.ByteBuffer.allocateDirect(50_000));
        for (int i = 0; i < memory.capacity(); i++) {
            memory.putByte(i, (byte) ((i * 31L) >> 3));
        }
        final SendVector vector = new SendVector(4);
        vector.add(memory.addressOffset(), 20_000);
        vector.add(memory.addressOffset() + 20_000, 30_000);
        assertEquals(50_000, client.stream.send(vector));
        until(() -> client.received == 50_000);
    }

    @Test
    void multicastIsJoinedAndDelivered() throws Exception {
        final Inet4Address group = (Inet4Address) InetAddress.getByName("239.1.2.3");
        final long[] seen = new long[2];
        final DatagramSource receiver = right.open(
                DatagramSettings.multicast(group, 7000, null), (buffer, offset, length, atNs, source, port) -> {
                    seen[0] += length;
                    seen[1] = source;
                });
        final DatagramSource sender = left.open(DatagramSettings.unicast(0, null), (b, o, l, t, s, p) -> {});
        final UnsafeBuffer data = new UnsafeBuffer(new byte[100]);
        assertTrue(sender.send(data, 0, 100, 0xef01_0203, 7000));
        until(() -> seen[0] == 100);
        assertEquals(LEFT, (int) seen[1]);
        assertEquals(1, receiver.received());
        receiver.close();
        assertTrue(sender.send(data, 0, 100, 0xef01_0203, 7000));
        nowNs += 1;
        until(() -> right.stack().counters.notForUs > 0);
        assertEquals(1, receiver.received());
        sender.close();
    }

    @Test
    void socketsOfOneGroupGetTheSourcesThatTheyWant() throws Exception {
        final Inet4Address group = (Inet4Address) InetAddress.getByName("232.1.2.3");
        final DatagramSettings any = DatagramSettings.multicast(group, 7000, null);
        final DatagramSource fromLeft = right.open(any.withSource(address(LEFT)), (b, o, l, t, s, p) -> {});
        final DatagramSource fromElsewhere = right.open(any.withSource(address(LEFT + 77)), (b, o, l, t, s, p) -> {});
        final DatagramSource sender = left.open(DatagramSettings.unicast(0, null), (b, o, l, t, s, p) -> {});
        assertTrue(sender.send(new UnsafeBuffer(new byte[10]), 0, 10, 0xe801_0203, 7000));
        until(() -> fromLeft.received() == 1);
        assertEquals(0, fromElsewhere.received());
        fromLeft.close();
        assertTrue(sender.send(new UnsafeBuffer(new byte[10]), 0, 10, 0xe801_0203, 7000));
        until(() -> right.stack().counters.udpNoPort == 1);
        assertEquals(0, fromElsewhere.received());
        fromElsewhere.close();
        sender.close();
    }

    private static Inet4Address address(int ipv4) {
        return (Inet4Address) UserspaceTransport.address(ipv4, 0).getAddress();
    }

    @Test
    void listenOnForeignAddressIsRefused() {
        final InetSocketAddress foreign = UserspaceTransport.address(0x0a00_0001, 9092);
        assertThrows(TransportException.class, () -> right.listen(foreign, 1, stream -> null));
        assertNotNull(right.listen(new InetSocketAddress(9092), 1, stream -> null));
        assertThrows(TransportException.class, () -> right.listen(new InetSocketAddress(9092), 1, stream -> null));
    }
}
