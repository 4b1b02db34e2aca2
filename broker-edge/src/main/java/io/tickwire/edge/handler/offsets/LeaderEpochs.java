package io.tickwire.edge.handler.offsets;

import io.tickwire.edge.agent.ShardPartition;
import io.tickwire.kafka.primitive.KafkaErrors;

/** The check that every request with a current leader epoch gets (KIP-320). */
final class LeaderEpochs {
    private static final int NO_EPOCH = -1;

    private LeaderEpochs() {}

    /** An error where the partition is not served, or the client knows another leader epoch; -1 knows none. */
    static short check(ShardPartition partition, int currentLeaderEpoch) {
        if (partition == null) {
            return KafkaErrors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        if (currentLeaderEpoch > partition.leaderEpoch()) {
            return KafkaErrors.UNKNOWN_LEADER_EPOCH;
        }
        return currentLeaderEpoch != NO_EPOCH && currentLeaderEpoch < partition.leaderEpoch()
                ? KafkaErrors.FENCED_LEADER_EPOCH
                : KafkaErrors.NONE;
    }
}
