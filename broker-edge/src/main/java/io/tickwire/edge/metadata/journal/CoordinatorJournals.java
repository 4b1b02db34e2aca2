package io.tickwire.edge.metadata.journal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;

/** The journals of one coordinator's partitions, each with the leader epoch it writes at. Any thread. */
public final class CoordinatorJournals {
    private final String topic;
    private final Map<Integer, Entry> entries = new ConcurrentHashMap<>();

    /** A journal and the epoch of the writes to it. */
    public record Entry(RecordJournal journal, int leaderEpoch) {}

    /** Journals of {@code topic}, none yet. */
    public CoordinatorJournals(String topic) {
        this.topic = topic;
    }

    /** The topic. */
    public String topic() {
        return topic;
    }

    /** Adds a partition, or gives a known one its new epoch; its journal then stays the one it has. */
    public void elect(int partition, int leaderEpoch, RecordJournal journal) {
        entries.merge(partition, new Entry(journal, leaderEpoch), (old, added) -> new Entry(old.journal, leaderEpoch));
    }

    /** Forgets a partition. */
    public void remove(int partition) {
        entries.remove(partition);
    }

    /** Whether the partition is here. */
    public boolean contains(int partition) {
        return entries.containsKey(partition);
    }

    /**
     * The journal of a partition.
     *
     * @throws NotLeaderOrFollowerException when the partition is not here
     */
    public Entry get(TopicPartition partition) {
        Entry entry = partition.topic().equals(topic) ? entries.get(partition.partition()) : null;
        if (entry == null) {
            throw new NotLeaderOrFollowerException(partition + " is not led here");
        }
        return entry;
    }
}
