package io.tickwire.edge.handler.group;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.utils.BufferSupplier;

/** SyncGroup of the classic protocol: the assignment, once the leader has brought it. */
public final class SyncGroupHandler implements ControlHandler {
    private static final short FIRST_WITH_PROTOCOL = 5;

    private final GroupServices services;

    /** Serves through {@code services}. */
    public SyncGroupHandler(GroupServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.SYNC_GROUP;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        SyncGroupRequestData request = (SyncGroupRequestData) message;
        // From version 5 on a member must say which protocol it means.
        if (context.apiVersion() >= FIRST_WITH_PROTOCOL
                && (request.protocolType() == null || request.protocolName() == null)) {
            throw new InconsistentGroupProtocolException("The protocol type and name are missing");
        }
        services.require(context, AclOperation.READ, request.groupId());
        return services.coordinator().syncGroup(context, request, BufferSupplier.NO_CACHING);
    }
}
