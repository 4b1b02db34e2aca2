package io.tickwire.edge.handler.group;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;

/** Heartbeat of a classic group member. */
public final class HeartbeatHandler implements ControlHandler {
    private final GroupServices services;

    /** Serves through {@code services}. */
    public HeartbeatHandler(GroupServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.HEARTBEAT;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        HeartbeatRequestData request = (HeartbeatRequestData) message;
        services.require(context, AclOperation.READ, request.groupId());
        return services.coordinator().heartbeat(context, request);
    }
}
