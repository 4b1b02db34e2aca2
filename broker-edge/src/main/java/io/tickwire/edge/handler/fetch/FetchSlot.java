package io.tickwire.edge.handler.fetch;

import io.tickwire.edge.agent.PartitionTable;
import io.tickwire.edge.agent.ShardPartition;
import io.tickwire.kafka.hot.FetchPartition;
import io.tickwire.kafka.hot.TopicKey;
import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.log.LogSlices;
import org.agrona.concurrent.UnsafeBuffer;

/** One partition of a fetch, of a session or of a single request: what is asked, and what the last read found. Reused. */
final class FetchSlot extends ShardPartition.Watcher {
    private static final long UNKNOWN = -1;

    private PendingFetch waiter;
    private ShardPartition watched;
    private PartitionTable.Topic topic;
    private UnsafeBuffer name;
    private boolean byId;
    private long idHigh;
    private long idLow;
    private int number;
    private int hash;
    private int currentLeaderEpoch;
    private long fetchOffset;
    private int maxBytes;
    private long seenBytes;

    private short error;
    private long highWatermark;
    private long lastStableOffset;
    private long logStartOffset;
    private LogSlices records;

    private long sentHighWatermark = UNKNOWN;
    private long sentLogStartOffset = UNKNOWN;

    /** Takes over what a request asks for; {@code found} is null when there is no such topic. */
    void ask(TopicKey key, PartitionTable.Topic found, FetchPartition asked) {
        byId = key.hasId();
        idHigh = key.idHigh();
        idLow = key.idLow();
        topic = found;
        if (found != null) {
            name = found.nameBuffer();
        } else {
            byte[] copy = new byte[key.nameLength()];
            if (!byId) {
                key.buffer().getBytes(key.nameOffset(), copy);
            }
            name = new UnsafeBuffer(copy);
        }
        number = asked.index();
        hash = FetchSlotIndex.hash(key, number);
        sentHighWatermark = UNKNOWN;
        sentLogStartOffset = UNKNOWN;
        update(asked);
    }

    /** Takes over the changing part of what a request asks for. */
    void update(FetchPartition asked) {
        currentLeaderEpoch = asked.currentLeaderEpoch();
        fetchOffset = asked.fetchOffset();
        maxBytes = asked.maxBytes();
    }

    boolean isServed(PartitionTable partitions) {
        return resolve(partitions) != null;
    }

    /** The partition as it is served now, or null. */
    private ShardPartition resolve(PartitionTable partitions) {
        if (topic == null || topic.isEmpty()) {
            topic = byId ? partitions.byId(idHigh, idLow) : partitions.byName(name, 0, name.capacity());
        }
        return topic == null ? null : topic.partition(number);
    }

    /**
     * Reads.
     *
     * @param budgetBytes left of the response's bytes
     * @param minOneBatch nothing was found for the response yet: one batch comes back, however large
     * @return bytes found
     */
    long read(PartitionTable partitions, PendingFetch fetch, long budgetBytes, boolean minOneBatch) {
        records = null;
        ShardPartition partition = resolve(partitions);
        error = check(partition);
        if (error != KafkaErrors.NONE) {
            unknown();
            return 0;
        }
        highWatermark = partition.log().highWatermark();
        lastStableOffset = partition.log().lastStableOffset();
        logStartOffset = partition.log().logStartOffset();
        seenBytes = partition.appendedBytes();
        LogSlices slices = fetch.response().nextRead();
        int limit = (int) Math.min(Math.max(maxBytes, 0), Math.max(budgetBytes, 0));
        boolean negative = maxBytes < 0 || fetch.maxBytes() < 0;
        error = partition.log().read(fetchOffset, limit, minOneBatch || negative, fetch.isolation(), slices);
        if (negative && error == KafkaErrors.NONE && slices.bytes() > 0) {
            // As Kafka, which notices only when there is something to read.
            error = KafkaErrors.UNKNOWN_SERVER_ERROR;
        }
        if (error != KafkaErrors.NONE) {
            fetch.response().returnLastRead();
            unknown();
            return 0;
        }
        records = slices;
        return slices.bytes();
    }

    private short check(ShardPartition partition) {
        if (partition == null) {
            return topic == null && byId ? KafkaErrors.UNKNOWN_TOPIC_ID : KafkaErrors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        if (currentLeaderEpoch >= 0 && currentLeaderEpoch < partition.leaderEpoch()) {
            return KafkaErrors.FENCED_LEADER_EPOCH;
        }
        if (currentLeaderEpoch > partition.leaderEpoch()) {
            return KafkaErrors.UNKNOWN_LEADER_EPOCH;
        }
        return KafkaErrors.NONE;
    }

    private void unknown() {
        highWatermark = UNKNOWN;
        lastStableOffset = UNKNOWN;
        logStartOffset = UNKNOWN;
    }

    /** Forgets what was read; its memory is the response's to release. */
    void forgetRecords() {
        records = null;
    }

    /** Whether an incremental response has to mention it (KIP-227). */
    boolean isNews() {
        return error != KafkaErrors.NONE
                || recordBytes() > 0
                || highWatermark != sentHighWatermark
                || logStartOffset != sentLogStartOffset;
    }

    /** The response mentions it. */
    void sent() {
        // After an error Kafka mentions the partition again whatever happens.
        sentHighWatermark = error == KafkaErrors.NONE ? highWatermark : UNKNOWN;
        sentLogStartOffset = logStartOffset;
    }

    /** Starts to wait for the partition to grow. */
    void watch(PartitionTable partitions, PendingFetch fetch) {
        ShardPartition partition = resolve(partitions);
        if (partition != null) {
            waiter = fetch;
            watched = partition;
            partition.watch(this);
            if (!partition.isOwned() && partition.log().highWatermark() != highWatermark) {
                // Another shard has appended since this partition was read.
                fetch.mustLook();
            }
        }
    }

    void unwatch() {
        if (watched != null) {
            watched.unwatch(this);
            watched = null;
            waiter = null;
        }
    }

    @Override
    protected void onAdvance(ShardPartition partition) {
        long grown = partition.appendedBytes() - seenBytes;
        seenBytes = partition.appendedBytes();
        // Nothing grown, yet the high watermark has moved: what was appended before the read is readable only now.
        if (partition.isRemoved() || !partition.isWritable() || grown == 0) {
            waiter.mustLook();
        } else {
            waiter.grown(grown);
        }
    }

    boolean isTopicOf(FetchSlot other) {
        return byId == other.byId && (byId ? idHigh == other.idHigh && idLow == other.idLow : name.equals(other.name));
    }

    boolean is(TopicKey key, int partitionNumber) {
        if (number != partitionNumber || byId != key.hasId()) {
            return false;
        }
        if (byId) {
            return idHigh == key.idHigh() && idLow == key.idLow();
        }
        if (name.capacity() != key.nameLength()) {
            return false;
        }
        for (int i = 0; i < key.nameLength(); i++) {
            if (name.getByte(i) != key.buffer().getByte(key.nameOffset() + i)) {
                return false;
            }
        }
        return true;
    }

    /** Its partition's, for {@link FetchSlotIndex}. */
    int hash() {
        return hash;
    }

    void key(TopicKey target) {
        target.ofId(idHigh, idLow);
        target.ofName(name, 0, name.capacity());
    }

    int number() {
        return number;
    }

    short error() {
        return error;
    }

    long highWatermark() {
        return highWatermark;
    }

    long lastStableOffset() {
        return lastStableOffset;
    }

    long logStartOffset() {
        return logStartOffset;
    }

    /** What was read, or null. */
    LogSlices records() {
        return records;
    }

    long recordBytes() {
        return records == null ? 0 : records.bytes();
    }
}
