package io.tickwire.edge.shm;

import java.nio.file.Path;
import java.util.Objects;

/**
 * What to subscribe to and how.
 *
 * @param directory the broker's shm.dir.
 * @param topic Kafka topic.
 * @param partition Kafka partition.
 * @param startOffset first offset wanted, or {@link #LIVE} or {@link #EARLIEST}; beyond the log's end, a gap says where it ends instead.
 * @param policy when the ring is faster than the handler.
 * @param filter which records to deliver.
 * @param history the journal, or null when there is none: then nothing older than the attachment can be had.
 * @param conflationSlots records that may wait for the handler, {@code CONFLATE} only.
 */
public record SubscriptionSettings(
        Path directory,
        String topic,
        int partition,
        long startOffset,
        SubscriptionPolicy policy,
        RecordFilter filter,
        HistorySource history,
        int conflationSlots) {
    /** Start with the next record that is published. */
    public static final long LIVE = -1;
    /** Start with the oldest record in the journal. */
    public static final long EARLIEST = -2;

    public SubscriptionSettings {
        Objects.requireNonNull(directory);
        Objects.requireNonNull(topic);
        Objects.requireNonNull(policy);
        Objects.requireNonNull(filter);
        if (startOffset != LIVE && history == null && policy != SubscriptionPolicy.SKIP) {
            throw new IllegalArgumentException(policy + " from offset " + startOffset + " needs a journal to read");
        }
    }

    /** Live, all records; catches up from {@code history} or, when that is null, skips. */
    public static SubscriptionSettings live(
            final Path directory, final String topic, final int partition, final HistorySource history) {
        return new SubscriptionSettings(
                directory,
                topic,
                partition,
                LIVE,
                history == null ? SubscriptionPolicy.SKIP : SubscriptionPolicy.CATCH_UP,
                RecordFilter.ALL,
                history,
                16384);
    }

    public SubscriptionSettings withStart(final long offset) {
        return new SubscriptionSettings(directory, topic, partition, offset, policy, filter, history, conflationSlots);
    }

    public SubscriptionSettings withPolicy(final SubscriptionPolicy newPolicy) {
        return new SubscriptionSettings(
                directory, topic, partition, startOffset, newPolicy, filter, history, conflationSlots);
    }

    public SubscriptionSettings withFilter(final RecordFilter newFilter) {
        return new SubscriptionSettings(
                directory, topic, partition, startOffset, policy, newFilter, history, conflationSlots);
    }

    boolean catchesUp() {
        return history != null && (policy == SubscriptionPolicy.CATCH_UP || policy == SubscriptionPolicy.CONFLATE);
    }
}
