package io.tickwire.edge.handler.group;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.utils.BufferSupplier;

/** JoinGroup of the classic protocol; answered when the group has gathered. */
public final class JoinGroupHandler implements ControlHandler {
    private final GroupServices services;

    /** Serves through {@code services}. */
    public JoinGroupHandler(GroupServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.JOIN_GROUP;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        JoinGroupRequestData request = (JoinGroupRequestData) message;
        services.require(context, AclOperation.READ, request.groupId());
        return services.coordinator()
                .joinGroup(context, request, BufferSupplier.NO_CACHING)
                .thenApply(response -> shaped(response, context.apiVersion()));
    }

    /** The protocol name is null or empty by what the version can say, as Kafka's own response class has it. */
    private static JoinGroupResponseData shaped(JoinGroupResponseData response, short version) {
        return new JoinGroupResponse(response, version).data();
    }
}
