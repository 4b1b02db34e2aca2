package io.tickwire.edge.agent;

import io.tickwire.net.transport.LongCell;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.Uuid;

/**
 * One shard's views of all partitions, its own and the others', found by topic name or id as they lie in a request, without allocation. Shard's thread
 * only.
 */
public final class PartitionTable {
    /** A topic with its partitions; partition numbers may have gaps while they are announced. */
    public static final class Topic {
        private final byte[] nameBytes;
        private final UnsafeBuffer nameBuffer;
        private final String name;
        private final Uuid id;
        private ShardPartition[] partitions = new ShardPartition[1];
        private int served;

        Topic(String name, Uuid id) {
            this.name = name;
            this.id = id;
            nameBytes = name.getBytes(StandardCharsets.UTF_8);
            nameBuffer = new UnsafeBuffer(nameBytes);
        }

        /** Its name. */
        public String name() {
            return name;
        }

        /** Its name in UTF-8; not to be changed. */
        public UnsafeBuffer nameBuffer() {
            return nameBuffer;
        }

        /** Its id. */
        public Uuid id() {
            return id;
        }

        /** One of its partitions, or null. */
        public ShardPartition partition(int number) {
            return number >= 0 && number < partitions.length ? partitions[number] : null;
        }

        private void put(int number, ShardPartition partition) {
            if (number >= partitions.length) {
                partitions = Arrays.copyOf(partitions, Math.max(number + 1, partitions.length * 2));
            }
            served += (partition == null ? 0 : 1) - (partitions[number] == null ? 0 : 1);
            partitions[number] = partition;
        }

        /** No partition of it is served. */
        public boolean isEmpty() {
            return served == 0;
        }

        private boolean nameIs(DirectBuffer buffer, int offset, int length) {
            if (length != nameBytes.length) {
                return false;
            }
            for (int i = 0; i < length; i++) {
                if (buffer.getByte(offset + i) != nameBytes[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    private final LongCell waitingAppends = new LongCell();
    private final Map<Uuid, Topic> topics = new HashMap<>();
    private final Map<String, Topic> topicsByName = new HashMap<>();
    private final List<ShardPartition> all = new ArrayList<>();
    private Topic[] byName = new Topic[16];
    private Topic[] byId = new Topic[16];
    private long version;

    /** The topic whose name lies in a buffer, or null. */
    public Topic byName(DirectBuffer buffer, int offset, int length) {
        int hash = 0;
        for (int i = 0; i < length; i++) {
            hash = 31 * hash + buffer.getByte(offset + i);
        }
        int mask = byName.length - 1;
        for (int slot = spread(hash) & mask; byName[slot] != null; slot = (slot + 1) & mask) {
            if (byName[slot].nameIs(buffer, offset, length)) {
                return byName[slot];
            }
        }
        return null;
    }

    /** The topic of a name, or null. */
    public Topic byName(String name) {
        return topicsByName.get(name);
    }

    /** The topic of an id, or null. */
    public Topic byId(long mostSignificant, long leastSignificant) {
        int mask = byId.length - 1;
        for (int slot = spread(hash(mostSignificant, leastSignificant)) & mask;
                byId[slot] != null;
                slot = (slot + 1) & mask) {
            Uuid id = byId[slot].id;
            if (id.getLeastSignificantBits() == leastSignificant && id.getMostSignificantBits() == mostSignificant) {
                return byId[slot];
            }
        }
        return null;
    }

    /** The topic of an id, or null. */
    public Topic byId(Uuid id) {
        return topics.get(id);
    }

    /** All partitions, in no order. */
    public List<ShardPartition> all() {
        return all;
    }

    /** All topics, in no order. */
    public Collection<Topic> topics() {
        return topics.values();
    }

    /** Changes with every change of the table. */
    public long version() {
        return version;
    }

    /** How many appends to own partitions wait for their logs to be open. Any thread may read it. */
    public LongCell waitingAppends() {
        return waitingAppends;
    }

    void add(ShardPartition partition) {
        PartitionSpec spec = partition.spec();
        boolean isNew = !topics.containsKey(spec.topicId());
        topics.computeIfAbsent(spec.topicId(), id -> new Topic(spec.topic(), id))
                .put(spec.partition(), partition);
        all.add(partition);
        version++;
        if (isNew) {
            topicsByName.put(spec.topic(), topics.get(spec.topicId()));
            rebuild();
        }
    }

    ShardPartition remove(Uuid topicId, int number) {
        Topic topic = topics.get(topicId);
        ShardPartition partition = topic == null ? null : topic.partition(number);
        if (partition != null) {
            topic.put(number, null);
            all.remove(partition);
            version++;
            if (topic.isEmpty()) {
                topics.remove(topicId);
                topicsByName.remove(topic.name, topic);
                rebuild();
            }
        }
        return partition;
    }

    private void rebuild() {
        int capacity = 16;
        while (capacity < topics.size() * 3) {
            capacity *= 2;
        }
        byName = new Topic[capacity];
        byId = new Topic[capacity];
        for (Topic topic : topics.values()) {
            insert(byName, Arrays.hashCode(topic.nameBytes) - seed(topic.nameBytes.length), topic);
            insert(byId, hash(topic.id.getMostSignificantBits(), topic.id.getLeastSignificantBits()), topic);
        }
    }

    /** What Arrays.hashCode starts from, after so many bytes. */
    private static int seed(int length) {
        int seed = 1;
        for (int i = 0; i < length; i++) {
            seed *= 31;
        }
        return seed;
    }

    private static void insert(Topic[] table, int hash, Topic topic) {
        int mask = table.length - 1;
        int slot = spread(hash) & mask;
        while (table[slot] != null) {
            slot = (slot + 1) & mask;
        }
        table[slot] = topic;
    }

    private static int hash(long mostSignificant, long leastSignificant) {
        return Long.hashCode(mostSignificant * 31 + leastSignificant);
    }

    private static int spread(int hash) {
        int spread = hash * 0x9E3779B9;
        return spread ^ (spread >>> 15);
    }
}
