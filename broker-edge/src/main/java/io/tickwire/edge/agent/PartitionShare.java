package io.tickwire.edge.agent;

import io.tickwire.net.transport.LongCell;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * What the shards share about one partition: the owner counts and signals, the others see. Without locks.
 *
 * <p>A shard that waits for the partition says so ({@code wanted}) and then looks at the log once more; the owner moves the
 * high watermark and then looks who wants to know. With a full fence on either side, one of the two sees the other.
 */
final class PartitionShare {
    private final int owner;
    private final LongCell appendedBytes = new LongCell();
    private final ShardPartition[] views;

    /**
     * Makes what shards share.
     *
     * @param owner shard that writes the log, or -1 for a coordinator's thread
     * @param shards shards there are, each of which gets a view
     */
    PartitionShare(PartitionSpec spec, int owner, int shards) {
        this.owner = owner;
        views = new ShardPartition[shards];
        for (int i = 0; i < shards; i++) {
            views[i] = new ShardPartition(spec, this, i);
        }
    }

    ShardPartition view(int shard) {
        return views[shard];
    }

    int owner() {
        return owner;
    }

    LongCell appendedBytes() {
        return appendedBytes;
    }

    /** The high watermark has moved: tells the shards that wait, through the owner's peers. */
    void advanced(ShardPeers peers) {
        if (views.length > 1) {
            VarHandle.fullFence();
            for (ShardPartition view : views) {
                if (view.shard() != owner && view.takeSignal()) {
                    peers.send(view.shard(), view.signal());
                }
            }
        }
    }

    /** As above, on a coordinator's thread: through the shards' inboxes. */
    void advanced(List<Shard> shards) {
        VarHandle.fullFence();
        for (ShardPartition view : views) {
            if (view.takeSignal()) {
                boolean _ = shards.get(view.shard())
                        .post(() -> view.signal()
                                .onDelivery(shards.get(view.shard()).peers()));
            }
        }
    }
}
