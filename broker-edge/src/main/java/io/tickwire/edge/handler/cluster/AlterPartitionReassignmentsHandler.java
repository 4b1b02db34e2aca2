package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;

/** AlterPartitionReassignments: the controller knows one broker to assign to. */
public final class AlterPartitionReassignmentsHandler implements ControlHandler {
    private final ClusterServices services;

    /** Serves through {@code services}. */
    public AlterPartitionReassignmentsHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.ALTER_PARTITION_REASSIGNMENTS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        AlterPartitionReassignmentsRequestData request = (AlterPartitionReassignmentsRequestData) message;
        services.access().requireCluster(context, AclOperation.ALTER);
        return services.controller()
                .alterPartitionReassignments(ClusterServices.within(context, request.timeoutMs()), request)
                .thenCompose(services.whenApplied());
    }
}
