package io.tickwire.compat.bench.hotpath;

import io.tickwire.edge.feed.MoldUdp64;
import io.tickwire.edge.shm.SharedMemorySubscriber;
import io.tickwire.edge.shm.SharedRecord;
import io.tickwire.edge.shm.SubscriptionHandler;
import io.tickwire.edge.shm.SubscriptionSettings;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The exchange and the subscriber of a whole path, on one thread, so that with the broker's shard two cores are enough: sends each MoldUDP64
 * datagram, of one message, when it is due, and polls the ring in between. A message is timed from when it was due to its callback, so that
 * what one half keeps the other from is counted.
 */
final class PathLoad implements SubscriptionHandler, AutoCloseable {
    private static final byte[] SESSION = "BENCH     ".getBytes(StandardCharsets.US_ASCII);
    private static final int POLL_LIMIT = 64;
    private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(300);

    private final FeedWire wire;
    private final SharedMemorySubscriber subscriber;
    private final UnsafeBuffer datagram = new UnsafeBuffer(BufferUtil.allocateDirectAligned(2048, 64));
    private final UnsafeBuffer message = new UnsafeBuffer(0, 0);
    private ReceiveLoop receiver;
    private long nextSequence = 1;
    private long firstOfRun;

    PathLoad(FeedWire wire, Path channels) {
        this.wire = wire;
        subscriber = SharedMemorySubscriber.open(SubscriptionSettings.live(channels, EdgeBroker.TOPIC, 0, null));
    }

    /** Sends a load and receives it. */
    Result run(Load load) {
        int bodyAt = MoldUdp64.HEADER_BYTES + MoldUdp64.BLOCK_LENGTH_BYTES;
        int length = bodyAt + load.messageBytes();
        message.wrap(datagram, bodyAt, load.messageBytes());
        message.setMemory(0, load.messageBytes(), (byte) 'x');
        datagram.putShort(MoldUdp64.HEADER_BYTES, (short) load.messageBytes(), ByteOrder.BIG_ENDIAN);
        receiver = new ReceiveLoop(load, new SenderDone());
        firstOfRun = nextSequence;
        long total = load.warmupMessages() + load.messages();
        long startNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1);
        for (long i = 0; i < total; i++) {
            long dueNs = startNs + load.dueNs(i);
            while (System.nanoTime() - dueNs < 0) {
                pollOnce();
            }
            MoldUdp64.putHeader(datagram, 0, SESSION, nextSequence++, 1);
            Message.encode(message, dueNs, i);
            while (!wire.send(datagram, length)) {
                pollOnce();
            }
        }
        drain();
        return receiver.result();
    }

    private void drain() {
        long quietSinceNs = System.nanoTime();
        while (!receiver.sawLast() && System.nanoTime() - quietSinceNs < QUIET_NS) {
            if (pollOnce() > 0) {
                quietSinceNs = System.nanoTime();
            }
        }
    }

    private int pollOnce() {
        wire.poll();
        return subscriber.poll(this, POLL_LIMIT);
    }

    @Override
    public void onRecord(SharedRecord record) {
        if (record.feedSequence() >= firstOfRun) {
            receiver.onMessage(record.buffer(), record.valueIndex(), record.valueLength());
        }
    }

    @Override
    public void onGap(long firstMissing, long nextOffset, GapCause cause) {
        // Counted by the receiver, which knows what was sent.
    }

    @Override
    public void close() {
        subscriber.close();
        wire.close();
    }
}
