package io.tickwire.edge.launch.feed;

import io.tickwire.edge.feed.Itch50;
import io.tickwire.edge.feed.JournalHistory;
import io.tickwire.edge.shm.SharedMemorySubscriber;
import io.tickwire.edge.shm.SharedRecord;
import io.tickwire.edge.shm.SubscriptionHandler;
import io.tickwire.edge.shm.SubscriptionSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/** The demo's shared-memory subscriber: counts and times. */
final class DemoSubscriber implements Runnable, SubscriptionHandler {
    private static final int POLL_LIMIT = 256;

    private final LatencyRecorder latency = new LatencyRecorder();
    private final SharedMemorySubscriber subscriber;
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong nextOffset = new AtomicLong();
    private final AtomicLong gaps = new AtomicLong();
    private volatile boolean stopped;

    DemoSubscriber(final Path shm, final Path data) throws IOException {
        subscriber = SharedMemorySubscriber.open(SubscriptionSettings.live(
                shm, DemoCommand.TOPIC, 0, JournalHistory.open(data, DemoCommand.TOPIC, 0, new Itch50())));
    }

    @Override
    public void run() {
        final IdleStrategy idle = new BackoffIdleStrategy(100, 10, 1_000, 100_000);
        while (!stopped) {
            final int work;
            synchronized (latency) {
                latency.epochOffsetNs(subscriber.epochOffsetNs());
                work = subscriber.poll(this, POLL_LIMIT);
            }
            idle.idle(work);
        }
        subscriber.close();
    }

    @Override
    public void onRecord(final SharedRecord record) {
        latency.onRecord(record);
        received.lazySet(received.get() + 1);
        nextOffset.lazySet(record.offset() + 1);
    }

    @Override
    public void onGap(final long firstMissing, final long next, final GapCause cause) {
        gaps.incrementAndGet();
    }

    long received() {
        return received.get();
    }

    long nextOffset() {
        return nextOffset.get();
    }

    long gaps() {
        return gaps.get();
    }

    String percentiles() {
        synchronized (latency) {
            return LatencyRecorder.percentiles(latency.publish());
        }
    }

    void stop() {
        stopped = true;
    }
}
