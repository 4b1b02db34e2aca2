package io.tickwire.compat.bench.hotpath;

import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.agrona.DirectBuffer;

/** Spins on a subscriber and records, per message, the time from its intended send to its callback. */
final class ReceiveLoop implements Contender.Handler {
    static final long HIGHEST_NS = 60_000_000_000L;
    private static final long FIRST_MESSAGE_PARK_NS = 100_000L;
    private static final long QUIET_NS = 300_000_000L;

    private final Histogram histogram = new Histogram(HIGHEST_NS, 3);
    private final long warmupMessages;
    private final long lastSequence;
    private long received;
    private long nextSequence;
    private long outOfOrder;
    private boolean sawLast;
    private volatile boolean senderDone;

    ReceiveLoop(Load load) {
        warmupMessages = load.warmupMessages();
        lastSequence = load.warmupMessages() + load.messages() - 1;
    }

    /** Called by any thread once the sender has sent its last message: after that, silence ends the run. */
    void senderDone() {
        senderDone = true;
    }

    void run(Contender.Subscriber subscriber) {
        // A spinning thread of real-time priority would keep a busy machine from starting the sender.
        while (subscriber.poll(this) == 0 && !senderDone) {
            LockSupport.parkNanos(FIRST_MESSAGE_PARK_NS);
        }
        long quietSinceNs = System.nanoTime();
        while (!sawLast) {
            if (subscriber.poll(this) > 0) {
                quietSinceNs = System.nanoTime();
            } else {
                if (senderDone && System.nanoTime() - quietSinceNs > QUIET_NS) {
                    return;
                }
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void onMessage(DirectBuffer buffer, int offset, int length) {
        long nowNs = System.nanoTime();
        long sequence = Message.sequence(buffer, offset);
        if (sequence < nextSequence) {
            outOfOrder++;
        }
        nextSequence = sequence + 1;
        sawLast = sequence == lastSequence;
        if (sequence >= warmupMessages) {
            received++;
            histogram.recordValue(Math.clamp(nowNs - Message.sentNs(buffer, offset), 0, HIGHEST_NS));
        }
    }

    Histogram histogram() {
        return histogram;
    }

    long received() {
        return received;
    }

    long outOfOrder() {
        return outOfOrder;
    }
}
