package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
        VoterRefusal refusal = VoterRefusal.of(
                request.clusterId(),
                services.metadata().identity().clusterId(),
                request.voterId(),
                request.voterDirectoryId());
        if (refusal.equals(VoterRefusal.FIXED) && request.listeners().isEmpty()) {
            refusal = new VoterRefusal(Errors.INVALID_REQUEST, "the voter has no listener");
        }
        return new AddRaftVoterResponseData()
                .setErrorCode(refusal.error().code())
                .setErrorMessage(refusal.text());
    }
}
