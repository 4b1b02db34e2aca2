package io.tickwire.edge.handler.fetch;

import io.tickwire.edge.agent.PartitionTable;
import io.tickwire.kafka.hot.FetchRequestDecoder;
import io.tickwire.kafka.hot.TopicKey;
import java.util.ArrayList;
import java.util.List;

/** Partitions that a client fetches again and again, so that it need not name them each time (KIP-227). */
final class FetchSession {
    private final int id;
    private final boolean byId;
    private final List<FetchSlot> slots = new ArrayList<>();
    private final FetchSlotIndex index = new FetchSlotIndex();
    private int epoch = 1;
    private int first;
    private PendingFetch inUse;

    FetchSession(int id, boolean byId) {
        this.id = id;
        this.byId = byId;
    }

    int id() {
        return id;
    }

    boolean isById() {
        return byId;
    }

    /** The epoch that the next incremental request must have. */
    int epoch() {
        return epoch;
    }

    /** KIP-227: from 1 up, and after the largest 1 again. */
    void nextEpoch() {
        epoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
    }

    List<FetchSlot> slots() {
        return slots;
    }

    boolean isEmpty() {
        return slots.isEmpty();
    }

    /** The fetch that waits with this session's slots, or null. */
    PendingFetch inUse() {
        return inUse;
    }

    void inUse(PendingFetch fetch) {
        inUse = fetch;
    }

    /** Index of the slot that is read first: each gets its turn, so that none starves behind a full response. */
    int firstIndex() {
        return first < slots.size() ? first : 0;
    }

    void firstIndex(int index) {
        first = index;
    }

    /** Adds and updates what a request names, then takes out what it forgets. */
    void apply(FetchRequestDecoder request, PartitionTable partitions) {
        request.rewind();
        while (request.nextTopic()) {
            TopicKey key = request.topic();
            PartitionTable.Topic topic = FetchHandler.find(partitions, key);
            while (request.nextPartition()) {
                FetchSlot slot = index.find(key, request.partition().index());
                if (slot == null) {
                    slot = new FetchSlot();
                    slot.ask(key, topic, request.partition());
                    index.add(slot);
                    slots.add(slot);
                } else {
                    slot.update(request.partition());
                }
            }
        }
        request.rewindForgotten();
        while (request.nextForgottenTopic()) {
            while (request.nextForgottenPartition()) {
                FetchSlot slot = index.remove(request.topic(), request.forgottenPartition());
                if (slot != null) {
                    slots.remove(slot);
                }
            }
        }
    }
}
