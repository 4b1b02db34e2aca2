package io.tickwire.edge.handler.group;

import io.tickwire.edge.handler.ControlHandler;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;

/** ShareGroupHeartbeat (KIP-932): join, keep alive, learn the assignment, leave. */
public final class ShareGroupHeartbeatHandler implements ControlHandler {
    private final GroupServices services;

    /** Serves through {@code services}. */
    public ShareGroupHeartbeatHandler(GroupServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.SHARE_GROUP_HEARTBEAT;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        ShareGroupHeartbeatRequestData request = (ShareGroupHeartbeatRequestData) message;
        services.require(context, AclOperation.READ, request.groupId());
        ShareMembers.requireValidId(request.memberId());
        if (request.subscribedTopicNames() != null) {
            Set<String> topics = new HashSet<>(request.subscribedTopicNames());
            Set<String> visible = services.access()
                    .filter(context, AclOperation.DESCRIBE, ResourceType.TOPIC, topics, Function.identity(), true);
            if (visible.size() < topics.size()) {
                return CompletableFuture.completedStage(
                        new ShareGroupHeartbeatResponseData().setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code()));
            }
        }
        return services.coordinator().shareGroupHeartbeat(context, request);
    }
}
