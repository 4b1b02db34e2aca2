package io.tickwire.edge.shm;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Finds a topic-partition's ring through the registry and notices when another broker has taken the directory. Owned by one thread. */
final class RingAttachment implements AutoCloseable {
    private static final long ATTACH_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long STALE_CHECK_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int IDLE_POLLS_PER_CHECK = 4096;

    private final Path directory;
    private final String topic;
    private final int partition;
    private RegistryView registry;
    private RingReader reader;
    private long nextAttachNs = System.nanoTime();
    private long nextStaleCheckNs = nextAttachNs;
    private int idlePolls;

    RingAttachment(final Path directory, final String topic, final int partition) {
        this.directory = directory;
        this.topic = topic;
        this.partition = partition;
    }

    /**
     * Looks for the ring, at most every 10 ms.
     *
     * @throws ShmException when what is there is not of this version, or may not be read.
     */
    boolean tryAttach() {
        final long nowNs = System.nanoTime();
        if (nowNs - nextAttachNs < 0) {
            return false;
        }
        nextAttachNs = nowNs + ATTACH_INTERVAL_NS;
        close();
        try {
            registry = RegistryView.open(directory);
            final Path ring = registry.isOpen() ? registry.find(topic, partition) : null;
            if (ring != null) {
                reader = RingReader.open(ring);
                if (reader.isOpen()
                        && reader.partition() == partition
                        && reader.topic().equals(topic)) {
                    return true;
                }
            }
        } catch (final ShmException e) {
            if (e.reason() != ShmException.Cause.NOT_FOUND) {
                close();
                throw e;
            }
        }
        close();
        return false;
    }

    /**
     * To be called when the ring is empty: now and then looks whether a broker that died without a word was replaced.
     *
     * @return true when the ring is no longer the current one.
     */
    boolean isReplaced() {
        if (++idlePolls < IDLE_POLLS_PER_CHECK) {
            return false;
        }
        idlePolls = 0;
        final long nowNs = System.nanoTime();
        if (nowNs - nextStaleCheckNs < 0) {
            return false;
        }
        nextStaleCheckNs = nowNs + STALE_CHECK_INTERVAL_NS;
        if (registry.heartbeatAgeNs(nowNs) <= STALE_CHECK_INTERVAL_NS) {
            return false;
        }
        try (RegistryView current = RegistryView.open(directory)) {
            return current.generation() != registry.generation();
        } catch (final ShmException e) {
            // Gone, or being made: the broker is down, its ring is still the last word.
            return false;
        }
    }

    RingReader reader() {
        return reader;
    }

    /** Nanoseconds since the broker's last sign of life, or {@link Long#MAX_VALUE} when not attached. */
    long heartbeatAgeNs(final long nowNs) {
        return registry == null ? Long.MAX_VALUE : registry.heartbeatAgeNs(nowNs);
    }

    @Override
    public void close() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
        if (registry != null) {
            registry.close();
            registry = null;
        }
    }
}
