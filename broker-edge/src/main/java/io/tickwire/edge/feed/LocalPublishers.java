package io.tickwire.edge.feed;

import io.tickwire.edge.shm.PublisherFiles;
import io.tickwire.edge.shm.PublisherPort;
import io.tickwire.edge.shm.ShmException;
import io.tickwire.kafka.primitive.KafkaErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.kafka.common.internals.Topic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The publishers in shared memory of one broker: finds their files, hands them to the shards, and takes them away when their publisher is
 * gone. Control thread only, but for {@link #version()} and {@link #sessions()}, which shards read.
 */
final class LocalPublishers implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(LocalPublishers.class);
    private static final int TURNS_BETWEEN_CLEANINGS = 100;

    private final PublisherFiles files;
    private final FeedPartitions partitions;
    private final int maxPublishers;
    private final long generation;
    private final PublishCounters counters = new PublishCounters();
    private final Map<Path, PublishSession> known = new HashMap<>();
    private volatile PublishSession[] sessions = {};
    private volatile long version;
    private long changes;
    private int turns;

    LocalPublishers(
            final PublisherFiles files,
            final FeedPartitions partitions,
            final int maxPublishers,
            final long generation) {
        this.files = files;
        this.partitions = partitions;
        this.maxPublishers = maxPublishers;
        this.generation = generation;
    }

    /** Changes when {@link #sessions()} does. */
    long version() {
        return version;
    }

    /** Those there are; each shard claims those of its partitions. */
    PublishSession[] sessions() {
        return sessions;
    }

    long generation() {
        return generation;
    }

    PublishCounters counters() {
        return counters;
    }

    /** Looks for publishers that have come or gone; ten times a second. */
    void controlWork(final long nowNs, final long nowEpochMs) {
        boolean changed = lookAfterKnown(nowNs);
        try {
            for (final Path file : files.unknown(known::containsKey)) {
                changed |= takeUp(file);
            }
            if (turns++ % TURNS_BETWEEN_CLEANINGS == 0) {
                files.removeUnfinished(nowEpochMs);
            }
        } catch (final IOException e) {
            LOGGER.debug("publishers are looked for again", e);
        }
        if (changed) {
            sessions = known.values().toArray(new PublishSession[0]);
            version = ++changes;
        }
    }

    private boolean lookAfterKnown(final long nowNs) {
        boolean changed = false;
        for (final Iterator<PublishSession> all = known.values().iterator(); all.hasNext(); ) {
            final PublishSession session = all.next();
            final PublisherPort port = session.port();
            if (!session.isFinished() && !isServed(port) && session.claim()) {
                // No shard has taken it before its partition went.
                session.finish(KafkaErrors.UNKNOWN_TOPIC_OR_PARTITION);
            }
            if (session.isFinished()) {
                close(port);
                all.remove();
                changed = true;
            } else {
                port.heartbeat(nowNs);
                if (port.isAbandoned()) {
                    session.abandon();
                }
            }
        }
        return changed;
    }

    private boolean takeUp(final Path file) {
        final PublisherPort port;
        try {
            port = PublisherPort.open(file);
        } catch (final ShmException e) {
            turnAway(file, e);
            return false;
        }
        final short error = refusal(port);
        if (error != KafkaErrors.NONE) {
            counters.turnedAway().increment();
            port.refuse(error);
            close(port);
            return false;
        }
        counters.opened().increment();
        known.put(file, new PublishSession(port, counters));
        return true;
    }

    private void turnAway(final Path file, final ShmException reason) {
        counters.turnedAway().increment();
        if (reason.reason() == ShmException.Cause.INVALID_FILE) {
            LOGGER.debug("taking away what is no publisher's file", reason);
            try {
                Files.deleteIfExists(file);
            } catch (final IOException e) {
                LOGGER.debug("{} stays", file, e);
            }
        }
    }

    private short refusal(final PublisherPort port) {
        if (Topic.isInternal(port.topic())) {
            return KafkaErrors.INVALID_TOPIC_EXCEPTION;
        }
        if (!isServed(port)) {
            return KafkaErrors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        return known.size() < maxPublishers ? KafkaErrors.NONE : KafkaErrors.POLICY_VIOLATION;
    }

    private boolean isServed(final PublisherPort port) {
        return partitions.find(port.topic(), port.partition()) != null;
    }

    private static void close(final PublisherPort port) {
        try {
            port.close();
        } catch (final ShmException e) {
            LOGGER.warn("a publisher's file stays: {}", e.getMessage());
        }
    }

    /** Ends all; the shards must have ended. */
    @Override
    public void close() {
        for (final PublishSession session : known.values()) {
            if (!session.isFinished()) {
                session.finish(KafkaErrors.NONE);
            }
            close(session.port());
        }
        known.clear();
    }
}
