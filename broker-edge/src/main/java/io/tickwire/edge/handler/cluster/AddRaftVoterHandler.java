package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AddRaftVoterResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;

/** AddRaftVoter: refused in the end, because the quorum is this node alone and fixed (kraft.version 0). */
public final class AddRaftVoterHandler implements ControlHandler {
    private final ClusterServices services;

    /** Refuses on behalf of the cluster of {@code services}. */
    public AddRaftVoterHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.ADD_RAFT_VOTER;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        services.access().requireCluster(context, AclOperation.ALTER);
        return CompletableFuture.completedStage(answer((AddRaftVoterRequestData) message));
    }

    private AddRaftVoterResponseData answer(AddRaftVoterRequestData request) {
        String own = services.metadata().identity().clusterId();
        if (request.clusterId() != null && !request.clusterId().equals(own)) {
            return refusal(
                    Errors.INCONSISTENT_CLUSTER_ID, "cluster id " + request.clusterId() + " is not this one's, " + own);
        }
        if (request.voterId() < 0 || request.voterDirectoryId().equals(Uuid.ZERO_UUID)) {
            return refusal(Errors.INVALID_REQUEST, "a voter is an id from 0 and a directory id");
        }
        if (request.listeners().isEmpty()) {
            return refusal(Errors.INVALID_REQUEST, "the voter has no listener");
        }
        return refusal(Errors.UNSUPPORTED_VERSION, "the voters are fixed at kraft.version 0");
    }

    private static AddRaftVoterResponseData refusal(Errors error, String text) {
        return new AddRaftVoterResponseData().setErrorCode(error.code()).setErrorMessage(text);
    }
}
