package io.tickwire.edge.agent;

/**
 * What one shard sends to another through the other's ring. An object of the sender's that is used again: sending allocates
 * nothing, and until it is delivered it belongs to the receiver.
 */
public interface ShardMessage {
    /**
     * Called on the receiving shard's thread.
     *
     * @param receiver that shard's way to the others, for an answer
     */
    void onDelivery(ShardPeers receiver);
}
