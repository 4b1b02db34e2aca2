package io.tickwire.storage.log;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far one log is on the device, and whether someone wants more of it there. Requested by the owner, done by the syncer
 * thread (or by the owner itself, where there is none).
 */
final class LogSync {
    private static final Logger LOGGER = LoggerFactory.getLogger(LogSync.class);

    private final LogFiles files;
    private final AtomicBoolean requested = new AtomicBoolean();
    private volatile LogSyncer syncer;
    private volatile long durableOffset;
    private volatile boolean failed;

    LogSync(final LogFiles files) {
        this.files = files;
        this.durableOffset = files.offsets().logEnd();
    }

    void syncer(final LogSyncer thread) {
        syncer = thread;
    }

    /** Asks for everything appended so far; requests made meanwhile are one: that is the group commit. */
    void request(final PartitionLog log) {
        if (requested.compareAndSet(false, true)) {
            final LogSyncer thread = syncer;
            if (thread == null || !thread.offer(log)) {
                run();
            }
        }
    }

    /** Does it; blocks. */
    void run() {
        requested.set(false);
        final long end = files.offsets().logEnd();
        try {
            files.syncSegments();
            files.recoveryPoint(end);
            durableOffset = end;
            failed = false;
        } catch (final IOException e) {
            if (!failed) {
                LOGGER.error("{} cannot be put on the device: acknowledgements wait", files.directory(), e);
            }
            failed = true;
        }
    }

    /** Everything before this offset is on the device. */
    long durableOffset() {
        return durableOffset;
    }

    /** True when the device refused: nothing that waits for it can be acknowledged. */
    boolean isFailed() {
        return failed;
    }
}
