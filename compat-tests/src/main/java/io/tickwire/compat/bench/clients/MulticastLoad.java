package io.tickwire.compat.bench.clients;

import io.tickwire.compat.target.TickwireProcess;
import io.tickwire.edge.shm.SharedMemorySubscriber;
import io.tickwire.edge.shm.SharedRecord;
import io.tickwire.edge.shm.SubscriptionHandler;
import io.tickwire.edge.shm.SubscriptionSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** MoldUDP64 datagrams of one message each at a fixed rate into a feed, and a shared-memory subscriber of its topic. */
final class MulticastLoad {

    private static final int MESSAGE_BYTES = 36;
    private static final byte[] SESSION = "BENCH00001".getBytes(StandardCharsets.US_ASCII);
    private static final long DRAIN_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);

    private final String group;
    private final int port;
    private final String topic;

    /** What arrived: latencies from when each message was due, and how many were in no record. */
    record Result(Histogram latency, long sent, long received, long missed) {}

    MulticastLoad(String group, int port, String topic) {
        this.group = group;
        this.port = port;
        this.topic = topic;
    }

    /** The broker's settings for the feed. */
    Map<String, String> brokerKeys() {
        return Map.of(
                "feeds.bench.group",
                group,
                "feeds.bench.port",
                Integer.toString(port),
                "feeds.bench.interface",
                "lo",
                "feeds.bench.framing",
                "moldudp64",
                "feeds.bench.topic",
                topic);
    }

    Result run(TickwireProcess broker, int perSecond, double warmUpSeconds, double seconds) {
        int warmUp = (int) (perSecond * warmUpSeconds);
        int total = warmUp + (int) (perSecond * seconds);
        long intervalNs = 1_000_000_000L / perSecond;
        Counting counting = new Counting(warmUp, intervalNs);
        try (SharedMemorySubscriber subscriber = SharedMemorySubscriber.open(
                        SubscriptionSettings.live(broker.sharedMemoryDirectory(), topic, 0, null));
                DatagramChannel channel = open()) {
            Thread reader = Thread.ofPlatform().name("bench-subscriber").start(() -> {
                while (counting.isOpen(total)) {
                    if (subscriber.poll(counting, 64) == 0) {
                        Thread.onSpinWait();
                    }
                }
            });
            counting.startNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
            send(channel, total, intervalNs, counting.startNs);
            counting.endNs = System.nanoTime() + DRAIN_TIMEOUT_NS;
            reader.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return new Result(counting.histogram, total, counting.received, counting.missed);
    }

    private static DatagramChannel open() throws IOException {
        DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
        channel.setOption(
                StandardSocketOptions.IP_MULTICAST_IF,
                NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress()));
        channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 0);
        channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
        return channel;
    }

    private void send(DatagramChannel channel, int total, long intervalNs, long startNs) throws IOException {
        InetSocketAddress to = new InetSocketAddress(group, port);
        ByteBuffer datagram = ByteBuffer.allocateDirect(20 + 2 + MESSAGE_BYTES);
        for (int i = 0; i < total; i++) {
            long dueNs = startNs + i * intervalNs;
            for (long left = dueNs - System.nanoTime(); left > 0; left = dueNs - System.nanoTime()) {
                if (left > 100_000) {
                    LockSupport.parkNanos(left - 60_000);
                } else {
                    Thread.onSpinWait();
                }
            }
            datagram.clear();
            datagram.put(SESSION).putLong(i + 1L).putShort((short) 1).putShort((short) MESSAGE_BYTES);
            // An add-order message without a known stock: type, then zeros.
            datagram.put((byte) 'A').position(datagram.capacity()).flip();
            channel.send(datagram, to);
        }
    }

    /** Runs on the subscriber's thread; start and end are set by the sender's. */
    private static final class Counting implements SubscriptionHandler {
        private final Histogram histogram = Latency.histogram();
        private final int warmUp;
        private final long intervalNs;
        private volatile long startNs;
        private volatile long endNs = Long.MAX_VALUE;
        private long received;
        private long missed;

        Counting(int warmUp, long intervalNs) {
            this.warmUp = warmUp;
            this.intervalNs = intervalNs;
        }

        boolean isOpen(int total) {
            return received + missed < total && System.nanoTime() < endNs;
        }

        @Override
        public void onRecord(SharedRecord record) {
            long now = System.nanoTime();
            long index = record.feedSequence() - 1;
            received++;
            if (index >= warmUp) {
                Latency.record(histogram, now - (startNs + index * intervalNs));
            }
        }

        @Override
        public void onGap(long firstMissing, long nextOffset, GapCause cause) {
            missed += Math.max(0, nextOffset - firstMissing);
        }
    }
}
