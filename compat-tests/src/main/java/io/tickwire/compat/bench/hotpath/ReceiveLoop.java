package io.tickwire.compat.bench.hotpath;

import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.agrona.DirectBuffer;

/**
 * Spins on a subscriber and records, per message, the time from its intended send until its callback has looked at every cache line of it:
 * whether a subscriber copies or hands out the shared bytes, the whole message has crossed.
 */
final class ReceiveLoop implements Contender.Handler {
    static final long HIGHEST_NS = 60_000_000_000L;
    private static final long FIRST_MESSAGE_PARK_NS = 100_000L;
    private static final long QUIET_NS = 300_000_000L;
    private static final int LINE_BYTES = 64;

    private final Histogram histogram = new Histogram(HIGHEST_NS, 3);
    private final long warmupMessages;
    private final long lastSequence;
    private long received;
    private long nextSequence;
    private long outOfOrder;
    private boolean sawLast;
    private long looked;
    private final SenderDone done;

    ReceiveLoop(Load load, SenderDone done) {
        this.done = done;
        warmupMessages = load.warmupMessages();
        lastSequence = load.warmupMessages() + load.messages() - 1;
    }

    /** Until the last message; once the sender is done, silence ends it too. */
    Result run(Contender.Subscriber subscriber) {
        // A spinning thread of real-time priority would keep a busy machine from starting the sender.
        while (subscriber.poll(this) == 0 && !done.isSet()) {
            LockSupport.parkNanos(FIRST_MESSAGE_PARK_NS);
        }
        long quietSinceNs = System.nanoTime();
        while (!sawLast) {
            if (subscriber.poll(this) > 0) {
                quietSinceNs = System.nanoTime();
            } else {
                if (done.isSet() && System.nanoTime() - quietSinceNs > QUIET_NS) {
                    break;
                }
                Thread.onSpinWait();
            }
        }
        return result();
    }

    /** What has been received. */
    Result result() {
        return new Result(received, outOfOrder, histogram);
    }

    /** Whether the last message has come. */
    boolean sawLast() {
        return sawLast;
    }

    /** What the looks added up to: means nothing, but a sum that can be asked for is not optimised away. */
    long looked() {
        return looked;
    }

    @Override
    public void onMessage(DirectBuffer buffer, int offset, int length) {
        for (int at = LINE_BYTES; at < length; at += LINE_BYTES) {
            looked += buffer.getByte(offset + at);
        }
        long sequence = Message.sequence(buffer, offset);
        long nowNs = System.nanoTime();
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
}
