package io.tickwire.storage.compaction;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/** A clock that goes when it is told to, or when someone sleeps by it. */
public final class ManualTime implements Time {
    private long nowMs;
    private Runnable onRead = () -> {};

    public ManualTime(long startMs) {
        nowMs = startMs;
    }

    /** Does something whenever the time is read in nanoseconds, as the cleaner's throttle does for each batch. */
    public void onRead(Runnable action) {
        onRead = action;
    }

    public void advance(long ms) {
        nowMs += ms;
    }

    @Override
    public long milliseconds() {
        return nowMs;
    }

    @Override
    public long nanoseconds() {
        onRead.run();
        return TimeUnit.MILLISECONDS.toNanos(nowMs);
    }

    @Override
    public void sleep(long ms) {
        nowMs += ms;
    }

    @Override
    public void waitObject(Object monitor, Supplier<Boolean> condition, long deadlineMs) {
        throw new UnsupportedOperationException();
    }
}
