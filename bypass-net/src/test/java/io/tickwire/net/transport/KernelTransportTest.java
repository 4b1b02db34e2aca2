package io.tickwire.net.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KernelTransportTest {
    private final KernelTransport transport = KernelTransport.open(KernelTransportSettings.defaults());
    private final Recorder server = new Recorder();
    private final Recorder client = new Recorder();
    private StreamTransport serverStream;

    @AfterEach
    void close() {
        transport.close();
    }

    @Test
    void openStreamBytesSentArriveAndAreAnswered() {
        connectPair();
        client.stream.send(bytes("ping"), 0, 4);
        pollUntil(() -> server.received.size() == 4);
        serverStream.send(bytes("pong!"), 0, 5);
        pollUntil(() -> client.received.size() == 5);
        assertEquals("ping", server.received.toString(StandardCharsets.UTF_8));
        assertEquals("pong!", client.received.toString(StandardCharsets.UTF_8));
    }

    @Test
    void openStreamVectorOfManySlicesArrivesInOrder() {
        connectPair();
        int slices = 200;
        ByteBuffer memory = ByteBuffer.allocateDirect(slices * 7);
        UnsafeBuffer view = new UnsafeBuffer(memory);
        SendVector vector = new SendVector(slices);
        for (int i = 0; i < slices * 7; i++) {
            view.putByte(i, (byte) i);
        }
        for (int i = 0; i < slices; i++) {
            assertTrue(vector.add(view.addressOffset() + i * 7L, 7));
        }
        assertFalse(vector.add(view.addressOffset(), 1));
        assertEquals(slices * 7L, serverStream.send(vector));
        pollUntil(() -> client.received.size() == slices * 7);
        byte[] expected = new byte[slices * 7];
        view.getBytes(0, expected);
        assertArrayEquals(expected, client.received.toByteArray());
    }

    @Test
    void openStreamPeerStopsReadingSendIsCutShortAndGoesOnLater() {
        connectPair();
        client.stream.pauseReading();
        UnsafeBuffer chunk = new UnsafeBuffer(ByteBuffer.allocateDirect(1 << 20));
        long accepted = 0;
        int sent;
        do {
            sent = serverStream.send(chunk, 0, chunk.capacity());
            accepted += sent;
            transport.poll(System.nanoTime());
        } while (sent == chunk.capacity());
        assertEquals(0, server.writable);
        client.stream.resumeReading();
        long total = accepted;
        pollUntil(() -> server.writable > 0 && client.received.size() == total);
        assertTrue(transport.counters().shortSends().get() > 0);
    }

    @Test
    void pausedHandlerLeavesBytesTheyAreOfferedAgainBeforeLaterOnes() {
        server.takeAtMost = 3;
        connectPair();
        client.stream.send(bytes("abcdef"), 0, 6);
        pollUntil(() -> server.received.size() == 3);
        client.stream.send(bytes("ghi"), 0, 3);
        for (int i = 0; i < 10; i++) {
            transport.poll(System.nanoTime());
        }
        assertEquals(3, server.received.size());
        serverStream.resumeReading();
        pollUntil(() -> server.received.size() == 6);
        server.takeAtMost = Integer.MAX_VALUE;
        serverStream.resumeReading();
        pollUntil(() -> server.received.size() == 9);
        assertEquals("abcdefghi", server.received.toString(StandardCharsets.UTF_8));
    }

    @Test
    void openStreamPeerClosesHandlerIsToldOnce() {
        connectPair();
        client.stream.close();
        pollUntil(() -> server.closes.size() == 1 && client.closes.size() == 1);
        assertEquals(List.of(CloseCause.PEER_CLOSED), server.closes);
        assertEquals(List.of(CloseCause.LOCAL_CLOSE), client.closes);
        assertEquals(StreamTransport.CLOSED, client.stream.send(bytes("x"), 0, 1));
    }

    @Test
    void peerEndsItsSideHandlerThatWantsToMaySendUntilItCloses() throws Exception {
        server.sendsOn = true;
        Listener listener = transport.listen(loopback(0), 10, stream -> {
            serverStream = stream;
            server.stream = stream;
            return server;
        });
        try (Socket peer = new Socket(
                listener.localAddress().getAddress(), listener.localAddress().getPort())) {
            peer.getOutputStream().write("ask".getBytes(StandardCharsets.US_ASCII));
            peer.shutdownOutput();
            pollUntil(() -> server.peerEnds == 1);
            assertEquals("ask", server.received.toString(StandardCharsets.UTF_8));
            for (int i = 0; i < 10; i++) {
                assertEquals(0, transport.poll(System.nanoTime()), "the end is told once");
            }
            assertEquals(6, serverStream.send(bytes("answer"), 0, 6));
            serverStream.close();
            pollUntil(() -> !server.closes.isEmpty());
            assertEquals("answer", new String(peer.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
            assertEquals(List.of(CloseCause.LOCAL_CLOSE), server.closes);
            assertEquals(1, server.peerEnds);
        }
    }

    @Test
    void openStreamPeerAbortsHandlerIsToldOfTheReset() {
        connectPair();
        client.stream.abort();
        pollUntil(() -> !server.closes.isEmpty());
        assertEquals(List.of(CloseCause.PEER_RESET), server.closes);
    }

    @Test
    void refusedByAcceptorPeerSeesTheEnd() throws Exception {
        Listener listener = transport.listen(loopback(0), 10, stream -> null);
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), listener.localAddress().getPort())) {
            pollUntil(() -> transport.counters().refused().get() == 1);
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    @Test
    void noListenerConnectFails() {
        Listener listener = transport.listen(loopback(0), 10, stream -> null);
        InetSocketAddress address = listener.localAddress();
        listener.close();
        transport.poll(System.nanoTime());
        List<TransportException> failures = new ArrayList<>();
        transport.connect(address, new StreamConnector() {
            @Override
            public StreamHandler onConnected(StreamTransport stream) {
                throw new AssertionError("connected");
            }

            @Override
            public void onFailed(TransportException cause) {
                failures.add(cause);
            }
        });
        pollUntil(() -> failures.size() == 1);
    }

    @Test
    void addressInUseListenIsRefusedWithTheAddress() {
        Listener first = transport.listen(loopback(0), 10, stream -> null);
        TransportException thrown = assertThrows(
                TransportException.class, () -> transport.listen(first.localAddress(), 10, stream -> null));
        assertTrue(
                thrown.getMessage().contains(String.valueOf(first.localAddress().getPort())), thrown.getMessage());
    }

    @Test
    void groupOnLoopbackDatagramArrivesWithItsSource() {
        Inet4Address group = (Inet4Address) InetAddress.ofLiteral("239.7.7.7");
        List<String> received = new ArrayList<>();
        DatagramSource receiver = transport.open(
                DatagramSettings.multicast(group, 0, "lo"),
                (buffer, offset, length, timeNs, ip, port) -> received.add(
                        buffer.getStringWithoutLengthUtf8(offset, length) + " " + Integer.toHexString(ip)));
        DatagramSource sender = transport.open(DatagramSettings.unicast(0, "127.0.0.1"), (b, o, l, t, ip, port) -> {});
        assertTrue(sender.send(bytes("tick"), 0, 4, 0xEF070707, receiver.localPort()));
        pollUntil(() -> received.size() == 1);
        assertEquals("tick 7f000001", received.get(0));
        assertEquals(1, receiver.received());
    }

    @Test
    void groupOfOneSourceGetsThatSourceOnly() {
        Inet4Address group = (Inet4Address) InetAddress.ofLiteral("232.7.7.7");
        int[] received = new int[2];
        DatagramSource wanted = transport.open(
                DatagramSettings.multicast(group, 0, "lo")
                        .withSource((Inet4Address) InetAddress.ofLiteral("127.0.0.1")),
                (b, o, l, t, ip, p) -> received[0]++);
        DatagramSource other = transport.open(
                DatagramSettings.multicast(group, wanted.localPort(), "lo")
                        .withSource((Inet4Address) InetAddress.ofLiteral("127.0.0.9")),
                (b, o, l, t, ip, p) -> received[1]++);
        DatagramSource sender = transport.open(DatagramSettings.unicast(0, "127.0.0.1"), (b, o, l, t, ip, p) -> {});
        assertEquals(wanted.localPort(), other.localPort());
        assertTrue(sender.send(bytes("tick"), 0, 4, 0xE8070707, wanted.localPort()));
        pollUntil(() -> received[0] == 1);
        transport.poll(System.nanoTime());
        assertEquals(0, received[1]);
    }

    @Test
    void sourceOfNoGroupIsRefused() {
        Inet4Address source = (Inet4Address) InetAddress.ofLiteral("127.0.0.1");
        assertThrows(
                TransportException.class,
                () -> DatagramSettings.unicast(0, null).withSource(source));
    }

    @Test
    void datagramLongerThanAllowedIsDroppedAndCounted() {
        List<Integer> lengths = new ArrayList<>();
        DatagramSource receiver = transport.open(
                new DatagramSettings(0, null, null, null, 0, 10), (b, o, length, t, ip, port) -> lengths.add(length));
        DatagramSource sender = transport.open(DatagramSettings.unicast(0, null), (b, o, l, t, ip, port) -> {});
        sender.send(bytes("01234567890"), 0, 11, 0x7F000001, receiver.localPort());
        sender.send(bytes("0123456789"), 0, 10, 0x7F000001, receiver.localPort());
        pollUntil(() -> !lengths.isEmpty());
        assertEquals(List.of(10), lengths);
        assertEquals(1, receiver.truncated());
    }

    @Test
    void unknownInterfaceIsRefusedNamingThoseThatExist() {
        Inet4Address group = (Inet4Address) InetAddress.ofLiteral("239.7.7.7");
        TransportException thrown = assertThrows(
                TransportException.class,
                () -> transport.open(DatagramSettings.multicast(group, 0, "eth99"), (b, o, l, t, ip, p) -> {}));
        assertTrue(thrown.getMessage().contains("lo"), thrown.getMessage());
    }

    @Test
    void parkedTransportWakeupFromAnotherThreadEndsThePark() throws Exception {
        Thread parker = new Thread(() -> transport.park(60_000_000_000L));
        parker.start();
        transport.wakeup();
        parker.join(20_000);
        assertFalse(parker.isAlive());
    }

    @Test
    void transportClosedStreamsAreTold() {
        connectPair();
        transport.close();
        assertEquals(List.of(CloseCause.LOCAL_CLOSE), server.closes);
        assertEquals(List.of(CloseCause.LOCAL_CLOSE), client.closes);
        assertNull(client.failure);
    }

    private void connectPair() {
        Listener listener = transport.listen(loopback(0), 10, stream -> {
            serverStream = stream;
            server.stream = stream;
            return server;
        });
        transport.connect(listener.localAddress(), client);
        pollUntil(() -> serverStream != null && client.stream != null);
        assertNotNull(serverStream.remoteAddress());
    }

    private void pollUntil(BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadlineNs < 0, "condition not met in 20 s");
            if (transport.poll(System.nanoTime()) == 0) {
                transport.park(1_000_000);
            }
        }
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static DirectBuffer bytes(String text) {
        return new UnsafeBuffer(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static final class Recorder implements StreamHandler, StreamConnector {
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private final List<CloseCause> closes = new ArrayList<>();
        private StreamTransport stream;
        private TransportException failure;
        private int takeAtMost = Integer.MAX_VALUE;
        private int writable;
        private boolean sendsOn;
        private int peerEnds;

        @Override
        public boolean onPeerEnd() {
            peerEnds++;
            return sendsOn;
        }

        @Override
        public int onData(DirectBuffer buffer, int offset, int length) {
            int taken = Math.min(length, takeAtMost);
            byte[] copy = new byte[taken];
            buffer.getBytes(offset, copy);
            received.writeBytes(copy);
            if (takeAtMost != Integer.MAX_VALUE) {
                stream.pauseReading();
            }
            return taken;
        }

        @Override
        public void onWritable() {
            writable++;
        }

        @Override
        public void onClosed(CloseCause cause) {
            closes.add(cause);
        }

        @Override
        public StreamHandler onConnected(StreamTransport opened) {
            stream = opened;
            return this;
        }

        @Override
        public void onFailed(TransportException cause) {
            failure = cause;
        }
    }
}
