package io.tickwire.edge.handler.cluster;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** Why a change of the quorum's voters is refused: every one is, because the quorum is this node alone and fixed (kraft.version 0). */
record VoterRefusal(Errors error, String text) {
    static final VoterRefusal FIXED =
            new VoterRefusal(Errors.UNSUPPORTED_VERSION, "the voters are fixed at kraft.version 0");

    /** Judges what the requests have in common; {@link #FIXED} when that is sound. */
    static VoterRefusal of(String clusterId, String ownClusterId, int voterId, Uuid directoryId) {
        if (clusterId != null && !clusterId.equals(ownClusterId)) {
            return new VoterRefusal(
                    Errors.INCONSISTENT_CLUSTER_ID, "cluster id " + clusterId + " is not this one's, " + ownClusterId);
        }
        if (voterId < 0 || directoryId.equals(Uuid.ZERO_UUID)) {
            return new VoterRefusal(Errors.INVALID_REQUEST, "a voter is an id from 0 and a directory id");
        }
        return FIXED;
    }
}
