package io.tickwire.edge.handler.produce;

import io.tickwire.edge.agent.ShardPartition;
import io.tickwire.edge.agent.ShardPeers;
import io.tickwire.edge.agent.TransactionGate;
import io.tickwire.kafka.hot.ProduceRequestDecoder;
import io.tickwire.net.transport.LongCell;
import java.util.ArrayDeque;
import org.agrona.concurrent.EpochClock;

/**
 * The batches that one shard has sent to others, or that wait for the log of an own partition to be opened. Their memory is bounded; in steady state nothing is allocated. One thread,
 * except where said.
 */
final class ForwardedAppends {
    /** Memory kept for use again, all together. */
    private static final int KEPT_BYTES = 16 << 20;

    private final ShardPeers peers;
    private final EpochClock clock;
    private final TransactionGate gate;
    private final long limitBytes;
    private final ProduceHandler handler;
    private final ArrayDeque<ForwardedAppend> free = new ArrayDeque<>();
    private final LongCell refused = new LongCell();
    private final LongCell held = new LongCell();
    private long keptBytes;
    private long inFlightBytes;

    ForwardedAppends(
            ShardPeers peers, EpochClock clock, TransactionGate gate, long limitBytes, ProduceHandler handler) {
        this.peers = peers;
        this.gate = gate;
        this.clock = clock;
        this.limitBytes = limitBytes;
        this.handler = handler;
    }

    /** Whether a batch may be sent now; a batch longer than the limit may when there is no other. */
    boolean hasRoom(int bytes) {
        boolean room = inFlightBytes == 0 || inFlightBytes + bytes <= limitBytes;
        if (!room) {
            refused.increment();
        }
        return room;
    }

    /** Sends the decoder's batch to the owner of its partition. */
    void send(
            PendingProduce pending,
            int row,
            ShardPartition partition,
            int produceVersion,
            ProduceRequestDecoder decoder) {
        peers.send(partition.owner(), begin(pending, row, partition, produceVersion, decoder));
    }

    /** Keeps the decoder's batch, which has been admitted, until the log of its partition, an own one, is open. */
    void hold(
            PendingProduce pending,
            int row,
            ShardPartition partition,
            int produceVersion,
            ProduceRequestDecoder decoder) {
        held.increment();
        begin(pending, row, partition, produceVersion, decoder).finish(peers);
    }

    private ForwardedAppend begin(
            PendingProduce pending,
            int row,
            ShardPartition partition,
            int produceVersion,
            ProduceRequestDecoder decoder) {
        ForwardedAppend append = free.poll();
        if (append == null) {
            append = new ForwardedAppend(this);
        } else {
            keptBytes -= append.capacity();
        }
        append.begin(pending, row, partition, produceVersion, decoder);
        inFlightBytes += append.length();
        return append;
    }

    /** The shard that these come from. Any thread. */
    int shard() {
        return peers.index();
    }

    /** The outcome is here. */
    void returned(ForwardedAppend append) {
        inFlightBytes -= append.length();
        handler.returned(append);
        append.end();
        if (keptBytes + append.capacity() > KEPT_BYTES) {
            append.freeMemory();
        }
        keptBytes += append.capacity();
        free.push(append);
    }

    /** The wall clock. Any thread. */
    EpochClock clock() {
        return clock;
    }

    /** Admits transactions. Any thread. */
    TransactionGate gate() {
        return gate;
    }

    /** Batches that waited for the log of an own partition to be opened. Any thread. */
    LongCell held() {
        return held;
    }

    /** Batches that found no room. Any thread. */
    LongCell refused() {
        return refused;
    }
}
