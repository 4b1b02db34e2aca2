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

    private final PartitionLog log;
    private final LogFiles files;
    private final AtomicBoolean requested = new AtomicBoolean();
    private final AtomicBoolean segmentEnded = new AtomicBoolean();
    private volatile LogSyncer syncer;
    private volatile long durableOffset;

    LogSync(final PartitionLog log, final LogFiles files) {
        this.log = log;
        this.files = files;
        this.durableOffset = files.offsets().logEnd();
    }

    void syncer(final LogSyncer thread) {
        syncer = thread;
    }

    /** Asks for everything appended so far; requests made meanwhile are one: that is the group commit. */
    void request() {
        if (requested.compareAndSet(false, true)) {
            final LogSyncer thread = syncer;
            if (thread == null || !thread.offer(this)) {
                run();
            }
        }
    }

    /** A segment has ended: soon it need not be read by recovery any more. Without a syncer that has time until {@link #checkpoint}. */
    void segmentEnded() {
        final LogSyncer thread = syncer;
        if (thread != null && segmentEnded.compareAndSet(false, true) && !thread.offer(this)) {
            segmentEnded.set(false);
        }
    }

    /** Does what was asked for; blocks. */
    void runRequested() {
        if (requested.get()) {
            log.flush();
        }
        if (segmentEnded.getAndSet(false)) {
            checkpoint();
        }
    }

    /** Whose it is. */
    PartitionLog log() {
        return log;
    }

    /** Puts the segments that have ended on the device; blocks. */
    void checkpoint() {
        try {
            files.checkpoint();
        } catch (final IOException e) {
            LOGGER.warn("{} has no new checkpoint: {}", files.directory(), e.toString());
        }
    }

    /**
     * Puts everything on the device; blocks. One thread at a time, so that the durable offset does not go back. Nothing is believed of a
     * device that has refused once.
     */
    synchronized void run() {
        requested.set(false);
        if (files.hasRefused()) {
            return;
        }
        final long end = files.offsets().logEnd();
        try {
            files.syncSegments();
            files.recoveryPoint(end);
            durableOffset = end;
        } catch (final IOException e) {
            LOGGER.error("{} cannot be put on the device: what waits for it is not acknowledged", files.directory(), e);
        }
    }

    /** Everything before this offset is on the device. */
    long durableOffset() {
        return durableOffset;
    }
}
