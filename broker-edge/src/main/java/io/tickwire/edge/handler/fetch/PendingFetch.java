package io.tickwire.edge.handler.fetch;

import io.tickwire.edge.agent.Deadlines;
import io.tickwire.edge.agent.PartitionTable;
import io.tickwire.edge.handler.Exchange;
import io.tickwire.edge.handler.HotResponse;
import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.log.Isolation;
import java.util.ArrayList;
import java.util.List;

/** One Fetch request from its arrival to its answer; parked while it has less than it asks for. Reused. */
final class PendingFetch extends Deadlines.Item {
    private final FetchHandler handler;
    private final List<FetchSlot> ownSlots = new ArrayList<>();
    private List<FetchSlot> slots = ownSlots;
    private int slotCount;
    private FetchSession session;
    private boolean incremental;
    private Exchange exchange;
    private HotResponse response;
    private Isolation isolation;
    private long minBytes;
    private long maxBytes;
    private long availableBytes;
    private boolean hasError;
    private boolean parked;
    private boolean ready;

    PendingFetch(FetchHandler handler) {
        this.handler = handler;
    }

    void begin(Exchange served, HotResponse underConstruction, Isolation isolationLevel, long min, long max) {
        exchange = served;
        response = underConstruction;
        isolation = isolationLevel;
        minBytes = min;
        maxBytes = max;
    }

    /** A slot of its own, for a fetch without a session. */
    FetchSlot addOwn() {
        if (slotCount == ownSlots.size()) {
            ownSlots.add(new FetchSlot());
        }
        return ownSlots.get(slotCount++);
    }

    /** Fetches the partitions of a session. */
    void use(FetchSession fetchSession, boolean isIncremental) {
        session = fetchSession;
        incremental = isIncremental;
        slots = fetchSession.slots();
        slotCount = slots.size();
        fetchSession.inUse(this);
    }

    /** Whether any of its partitions is served here. */
    boolean isAnyServed(PartitionTable partitions) {
        for (int i = 0; i < slotCount; i++) {
            if (slots.get(i).isServed(partitions)) {
                return true;
            }
        }
        return false;
    }

    /** Reads all partitions; true when the answer is due. */
    boolean read(PartitionTable partitions) {
        response.reset();
        availableBytes = 0;
        hasError = false;
        int first = session == null ? 0 : session.firstIndex();
        for (int i = 0; i < slotCount; i++) {
            int index = first + i < slotCount ? first + i : first + i - slotCount;
            FetchSlot slot = slots.get(index);
            availableBytes += slot.read(partitions, this, maxBytes - availableBytes, availableBytes == 0);
            hasError |= slot.error() != KafkaErrors.NONE;
        }
        return slotCount == 0 || hasError || availableBytes >= minBytes;
    }

    /** Waits for the partitions to grow. */
    void park(PartitionTable partitions, Deadlines deadlines, long deadlineNs) {
        response.reset();
        parked = true;
        for (int i = 0; i < slotCount; i++) {
            slots.get(i).forgetRecords();
            slots.get(i).watch(partitions, this);
        }
        deadlines.add(this, deadlineNs);
    }

    /** Leaves the partitions and the deadline. */
    void unpark(Deadlines deadlines) {
        for (int i = 0; i < slotCount; i++) {
            slots.get(i).unwatch();
        }
        deadlines.remove(this);
        parked = false;
    }

    /** A partition has grown. */
    void grown(long bytes) {
        availableBytes += bytes;
        if (availableBytes >= minBytes) {
            mustLook();
        }
    }

    /** Something has happened that only reading can judge. */
    void mustLook() {
        if (!ready) {
            ready = true;
            handler.ready(this);
        }
    }

    /** Looked at again: it is no longer among the ready ones. */
    boolean takeReady() {
        ready = false;
        return parked;
    }

    @Override
    protected void onDeadline(long nowNs) {
        handler.expired(this);
    }

    /** Forgets everything but its place among the ready ones. */
    void end() {
        if (session != null) {
            session.inUse(null);
        } else {
            for (int i = 0; i < slotCount; i++) {
                ownSlots.get(i).forgetRecords();
            }
        }
        session = null;
        incremental = false;
        slots = ownSlots;
        slotCount = 0;
        exchange = null;
        response = null;
    }

    List<FetchSlot> slots() {
        return slots;
    }

    int slotCount() {
        return slotCount;
    }

    FetchSession session() {
        return session;
    }

    boolean isIncremental() {
        return incremental;
    }

    Exchange exchange() {
        return exchange;
    }

    HotResponse response() {
        return response;
    }

    /** Of the response; negative where the client said so. */
    long maxBytes() {
        return maxBytes;
    }

    Isolation isolation() {
        return isolation;
    }
}
