package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;

/** RemoveRaftVoter: refused in the end, because the quorum is this node alone and fixed (kraft.version 0). */
public final class RemoveRaftVoterHandler implements ControlHandler {
    private final ClusterServices services;

    /** Refuses on behalf of the cluster of {@code services}. */
    public RemoveRaftVoterHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.REMOVE_RAFT_VOTER;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        services.access().requireCluster(context, AclOperation.ALTER);
        return CompletableFuture.completedStage(answer((RemoveRaftVoterRequestData) message));
    }

    private RemoveRaftVoterResponseData answer(RemoveRaftVoterRequestData request) {
        String own = services.metadata().identity().clusterId();
        if (request.clusterId() != null && !request.clusterId().equals(own)) {
            return refusal(
                    Errors.INCONSISTENT_CLUSTER_ID, "cluster id " + request.clusterId() + " is not this one's, " + own);
        }
        if (request.voterId() < 0 || request.voterDirectoryId().equals(Uuid.ZERO_UUID)) {
            return refusal(Errors.INVALID_REQUEST, "a voter is an id from 0 and a directory id");
        }
        return refusal(Errors.UNSUPPORTED_VERSION, "the voters are fixed at kraft.version 0");
    }

    private static RemoveRaftVoterResponseData refusal(Errors error, String text) {
        return new RemoveRaftVoterResponseData().setErrorCode(error.code()).setErrorMessage(text);
    }
}
