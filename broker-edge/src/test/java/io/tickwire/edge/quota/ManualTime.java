package io.tickwire.edge.quota;

import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/** Kafka's clock, moved by hand. */
final class ManualTime implements Time {
    private long nowMs = 1_000_000;

    void advance(long ms) {
        nowMs += ms;
    }

    @Override
    public long milliseconds() {
        return nowMs;
    }

    @Override
    public long nanoseconds() {
        return nowMs * 1_000_000;
    }

    @Override
    public void sleep(long ms) {
        advance(ms);
    }

    @Override
    public void waitObject(Object lock, Supplier<Boolean> condition, long deadlineMs) {
        throw new UnsupportedOperationException("nothing waits here");
    }
}
