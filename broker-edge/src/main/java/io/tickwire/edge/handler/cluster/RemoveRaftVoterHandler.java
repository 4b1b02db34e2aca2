package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
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
        VoterRefusal refusal = VoterRefusal.of(
                request.clusterId(),
                services.metadata().identity().clusterId(),
                request.voterId(),
                request.voterDirectoryId());
        return new RemoveRaftVoterResponseData()
                .setErrorCode(refusal.error().code())
                .setErrorMessage(refusal.text());
    }
}
