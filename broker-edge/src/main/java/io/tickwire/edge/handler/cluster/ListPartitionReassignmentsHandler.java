package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;

/** ListPartitionReassignments. */
public final class ListPartitionReassignmentsHandler implements ControlHandler {
    private final ClusterServices services;

    /** Serves through {@code services}. */
    public ListPartitionReassignmentsHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.LIST_PARTITION_REASSIGNMENTS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        ListPartitionReassignmentsRequestData request = (ListPartitionReassignmentsRequestData) message;
        services.access().requireCluster(context, AclOperation.DESCRIBE);
        return services.controller().listPartitionReassignments(ClusterServices.unbounded(context), request);
    }
}
