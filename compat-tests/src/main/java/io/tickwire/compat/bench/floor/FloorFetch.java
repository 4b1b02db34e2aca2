package io.tickwire.compat.bench.floor;

import io.tickwire.kafka.hot.FetchPartition;
import io.tickwire.kafka.hot.FetchRequestDecoder;
import io.tickwire.kafka.hot.FetchResponseEncoder;
import io.tickwire.kafka.hot.TopicKey;
import io.tickwire.kafka.primitive.KafkaErrors;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;

/** What one connection fetches, its fetch session included, and the fetch that is under way on it. Guarded by the broker's lock. */
final class FloorFetch {
    private static final int NO_SESSION = 0;

    /** A partition of the session, and where it is read. */
    private static final class Slot {
        private FloorPartition partition;
        private long offset;
        private int maxBytes;
    }

    /** Sends an answer. */
    interface Outlet {
        void send(ByteBuffer bytes);
    }

    private final int sessionId;
    private final FloorState state;
    private final Outlet outlet;
    private final FetchRequestDecoder decoder = new FetchRequestDecoder();
    private final FetchResponseEncoder encoder = new FetchResponseEncoder();
    private final TopicKey topicKey = new TopicKey();
    private final Map<FloorTopic, Slot[]> session = new LinkedHashMap<>();
    private ByteBuffer memory = ByteBuffer.allocateDirect(2 << 20);
    private UnsafeBuffer scratch = new UnsafeBuffer(memory);
    private long deadlineNs;
    private short version;
    private int correlationId;
    private int bytesLeft;
    private boolean full;

    /**
     * Makes what serves one connection's fetches.
     *
     * @param sessionId of all sessions on it, one at a time
     */
    FloorFetch(int sessionId, FloorState state, Outlet outlet) {
        this.sessionId = sessionId;
        this.state = state;
        this.outlet = outlet;
    }

    long deadlineNs() {
        return deadlineNs;
    }

    /** Answers at once, or waits for an append; false when the request is malformed. */
    boolean serve(UnsafeBuffer frame, int offset, int length, short apiVersion, int correlation) {
        if (!decoder.wrap(frame, offset, length, apiVersion)) {
            return false;
        }
        version = apiVersion;
        correlationId = correlation;
        full = decoder.sessionEpoch() <= 0;
        take();
        if (hasData() || decoder.maxWaitMs() <= 0) {
            answer();
        } else {
            deadlineNs = System.nanoTime() + decoder.maxWaitMs() * 1_000_000L;
            state.await(this);
        }
        return true;
    }

    private void take() {
        if (full) {
            session.clear();
        }
        while (decoder.nextTopic()) {
            FloorTopic topic = state.find(decoder.topic());
            while (decoder.nextPartition()) {
                FetchPartition asked = decoder.partition();
                FloorPartition partition = topic == null ? null : topic.partition(asked.index());
                if (partition != null) {
                    Slot slot = slot(topic, asked.index());
                    slot.partition = partition;
                    slot.offset = asked.fetchOffset();
                    slot.maxBytes = asked.maxBytes();
                }
            }
        }
        while (decoder.nextForgottenTopic()) {
            FloorTopic topic = state.find(decoder.topic());
            while (decoder.nextForgottenPartition()) {
                if (topic != null && session.containsKey(topic)) {
                    session.get(topic)[decoder.forgottenPartition()] = null;
                }
            }
        }
    }

    private Slot slot(FloorTopic topic, int index) {
        Slot[] slots = session.computeIfAbsent(topic, key -> new Slot[key.partitions().length]);
        if (slots[index] == null) {
            slots[index] = new Slot();
        }
        return slots[index];
    }

    boolean reads(FloorPartition partition) {
        for (Slot[] slots : session.values()) {
            for (Slot slot : slots) {
                if (slot != null && slot.partition == partition) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean hasData() {
        for (Slot[] slots : session.values()) {
            if (count(slots, false) > 0) {
                return true;
            }
        }
        return false;
    }

    private static int count(Slot[] slots, boolean all) {
        int count = 0;
        for (Slot slot : slots) {
            if (slot != null && (all || slot.partition.nextOffset() > slot.offset)) {
                count++;
            }
        }
        return count;
    }

    void answer() {
        bytesLeft = decoder.maxBytes();
        int topics = 0;
        for (Slot[] slots : session.values()) {
            topics += count(slots, full) > 0 ? 1 : 0;
        }
        encoder.begin(
                scratch, (address, length) -> true, version, correlationId, 0, KafkaErrors.NONE, session(), topics);
        session.forEach(this::topic);
        int length = encoder.end(null);
        if (length == FetchResponseEncoder.OVERFLOW) {
            memory = ByteBuffer.allocateDirect(memory.capacity() * 2);
            scratch = new UnsafeBuffer(memory);
            answer();
            return;
        }
        outlet.send(memory.position(0).limit(length));
    }

    private int session() {
        return decoder.sessionEpoch() < 0 ? NO_SESSION : sessionId;
    }

    private void topic(FloorTopic topic, Slot[] slots) {
        int partitions = count(slots, full);
        if (partitions == 0) {
            return;
        }
        encoder.topic(
                topicKey.ofId(topic.id().getMostSignificantBits(), topic.id().getLeastSignificantBits()), partitions);
        for (int i = 0; i < slots.length; i++) {
            Slot slot = slots[i];
            if (slot != null && (full || slot.partition.nextOffset() > slot.offset)) {
                partition(i, slot);
            }
        }
        encoder.endTopic();
    }

    private void partition(int index, Slot slot) {
        long end = slot.partition.nextOffset();
        int available = bytesLeft <= 0 ? 0 : slot.partition.available(slot.offset, slot.maxBytes);
        bytesLeft -= available;
        encoder.partition(index, KafkaErrors.NONE, end, end, 0);
        encoder.abortedTransactions(0);
        encoder.records(-1, available);
        if (available > 0) {
            encoder.copy(slot.partition.memory(slot.offset), slot.partition.position(slot.offset), available);
        }
        encoder.endPartition();
    }
}
