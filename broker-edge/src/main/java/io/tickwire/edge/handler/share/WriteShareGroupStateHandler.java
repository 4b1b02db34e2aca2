package io.tickwire.edge.handler.share;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.security.AccessControl;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.coordinator.share.ShareCoordinator;

/** WriteShareGroupState: changes the state of share partitions. */
public final class WriteShareGroupStateHandler implements ControlHandler {
    private final ShareCoordinator coordinator;
    private final AccessControl access;

    /** Serves through {@code coordinator}. */
    public WriteShareGroupStateHandler(ShareCoordinator coordinator, AccessControl access) {
        this.coordinator = coordinator;
        this.access = access;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.WRITE_SHARE_GROUP_STATE;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        access.requireCluster(context, AclOperation.CLUSTER_ACTION);
        return coordinator.writeState(context, (WriteShareGroupStateRequestData) message);
    }
}
