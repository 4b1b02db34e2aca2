package io.tickwire.compat.bench.floor;

import org.apache.kafka.common.Uuid;

/** A topic. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record FloorTopic(String name, Uuid id, FloorPartition[] partitions) {
    static FloorTopic of(String name, int partitions) {
        FloorPartition[] made = new FloorPartition[partitions];
        for (int i = 0; i < partitions; i++) {
            made[i] = new FloorPartition();
        }
        return new FloorTopic(name, Uuid.randomUuid(), made);
    }

    /** Returns null where there is none. */
    FloorPartition partition(int index) {
        return index >= 0 && index < partitions.length ? partitions[index] : null;
    }
}
