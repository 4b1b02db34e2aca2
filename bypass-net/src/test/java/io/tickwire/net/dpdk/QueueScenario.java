package io.tickwire.net.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.net.device.DeviceInfo;
import io.tickwire.net.device.Frame;
import io.tickwire.net.device.FrameBurst;
import io.tickwire.net.device.FrameDevice;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.agrona.UnsafeApi;

/** Two threads poll a queue each, pinned; UDP flows sent to the port are spread over them, each flow wholly on one queue. */
final class QueueScenario {
    private static final int FLOWS = 64;
    private static final int FRAMES_PER_FLOW = 20;
    private static final long LIMIT_NS = 20_000_000_000L;
    private static final int FIRST_PORT = 20_000;

    private QueueScenario() {}

    public static void main(final String[] arguments) throws InterruptedException {
        final Eal eal = Eal.start(EalSettings.ordinaryMemory());
        final AtomicInteger received = new AtomicInteger();
        final AtomicIntegerArray queueOfFlow = new AtomicIntegerArray(FLOWS);
        final AtomicInteger strayed = new AtomicInteger();
        final CountDownLatch ready = new CountDownLatch(2);
        try (DpdkPort sender = DpdkPort.open(eal, PortSettings.of("net_af_packet0,iface=v0"));
                DpdkPort receiver = DpdkPort.open(
                        eal, PortSettings.of("net_af_packet1,iface=v1,qpairs=2").withQueues(2))) {
            assertTrue(receiver.queue(1).info().has(DeviceInfo.OFFLOAD_RSS));
            final Thread[] pollers = new Thread[2];
            for (int queue = 0; queue < 2; queue++) {
                final int index = queue;
                pollers[queue] =
                        new Thread(() -> poll(receiver.queue(index), index, ready, received, queueOfFlow, strayed));
                pollers[queue].start();
            }
            ready.await();
            send(sender.queue(0), received);
            for (final Thread poller : pollers) {
                poller.join();
            }
            assertEquals(FLOWS * FRAMES_PER_FLOW, received.get());
            assertEquals(0, strayed.get(), "frames of a flow that another queue received");
            int onFirst = 0;
            for (int flow = 0; flow < FLOWS; flow++) {
                onFirst += queueOfFlow.get(flow) == 1 ? 1 : 0;
            }
            assertTrue(onFirst > FLOWS / 8 && onFirst < FLOWS * 7 / 8, "flows on the first queue: " + onFirst);
            for (int queue = 0; queue < 2; queue++) {
                assertEquals(
                        receiver.pool(queue).capacity(), receiver.pool(queue).available());
            }
        }
        System.out.println("passed queues");
    }

    private static void poll(
            final FrameDevice device,
            final int index,
            final CountDownLatch ready,
            final AtomicInteger received,
            final AtomicIntegerArray queueOfFlow,
            final AtomicInteger strayed) {
        final int cpu = CpuAffinity.allowed().nextSetBit(0);
        CpuAffinity.pin(cpu);
        assertEquals(1, CpuAffinity.allowed().cardinality());
        final long deadlineNs = System.nanoTime() + LIMIT_NS;
        try (FrameBurst burst = new FrameBurst(32)) {
            device.receive(burst, 0);
            ready.countDown();
            while (received.get() < FLOWS * FRAMES_PER_FLOW && System.nanoTime() - deadlineNs < 0) {
                device.receive(burst, 0);
                for (int i = 0; i < burst.size(); i++) {
                    final long data = Frame.dataAddress(burst.get(i));
                    final int port = Short.reverseBytes(UnsafeApi.getShort(data + 34)) & 0xFFFF;
                    if (Frame.length(burst.get(i)) == 60 && port >= FIRST_PORT && port < FIRST_PORT + FLOWS) {
                        received.incrementAndGet();
                        final int previous = queueOfFlow.getAndSet(port - FIRST_PORT, index + 1);
                        if (previous != 0 && previous != index + 1) {
                            strayed.incrementAndGet();
                        }
                    }
                }
                if (burst.isEmpty()) {
                    LockSupport.parkNanos(1_000);
                }
                burst.freeAll(device.pool());
            }
        }
        device.close();
    }

    private static void send(final FrameDevice device, final AtomicInteger received) {
        final long deadlineNs = System.nanoTime() + LIMIT_NS;
        try (FrameBurst burst = new FrameBurst(32)) {
            for (int i = 0; i < FLOWS * FRAMES_PER_FLOW; i++) {
                burst.add(udp(device, FIRST_PORT + i % FLOWS));
                while (!burst.isEmpty() || i - received.get() > 256) {
                    device.send(burst, 0);
                    assertTrue(System.nanoTime() - deadlineNs < 0, "sent " + i + ", received " + received);
                    LockSupport.parkNanos(1_000);
                }
            }
        }
        device.close();
    }

    /** A UDP datagram from a port, 10.0.0.1 to 10.0.0.2: enough of one for the kernel to tell flows apart. */
    private static long udp(final FrameDevice device, final int sourcePort) {
        final long frame = device.pool().allocate();
        final long data = Frame.dataAddress(frame);
        Frame.length(frame, 60);
        UnsafeApi.setMemory(data, 60, (byte) 0);
        Exchange.putMac(data, 0xFFFF_FFFF_FFFFL);
        Exchange.putMac(data + 6, device.info().macAddress());
        UnsafeApi.putShort(data + 12, Short.reverseBytes((short) 0x0800));
        UnsafeApi.putShort(data + 14, (short) 0x0045);
        UnsafeApi.putShort(data + 16, Short.reverseBytes((short) 46));
        UnsafeApi.putByte(data + 22, (byte) 64);
        UnsafeApi.putByte(data + 23, (byte) 17);
        UnsafeApi.putInt(data + 26, 0x0100000A);
        UnsafeApi.putInt(data + 30, 0x0200000A);
        UnsafeApi.putShort(data + 34, Short.reverseBytes((short) sourcePort));
        UnsafeApi.putShort(data + 36, Short.reverseBytes((short) 9092));
        UnsafeApi.putShort(data + 38, Short.reverseBytes((short) 26));
        return frame;
    }
}
