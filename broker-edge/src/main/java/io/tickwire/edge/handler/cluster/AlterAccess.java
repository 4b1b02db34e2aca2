package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.security.AccessControl;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;

/** Whether a principal may change a resource's configuration. */
final class AlterAccess {
    private AlterAccess() {}

    static ApiError refusal(AccessControl access, RequestContext context, ConfigResource resource) {
        AclOperation operation = AclOperation.ALTER_CONFIGS;
        return switch (resource.type()) {
            case BROKER, CLIENT_METRICS ->
                access.allowsCluster(context, operation)
                        ? ApiError.NONE
                        : new ApiError(Errors.CLUSTER_AUTHORIZATION_FAILED);
            case TOPIC ->
                access.allows(context, operation, ResourceType.TOPIC, resource.name())
                        ? ApiError.NONE
                        : new ApiError(Errors.TOPIC_AUTHORIZATION_FAILED);
            case GROUP ->
                access.allows(context, operation, ResourceType.GROUP, resource.name())
                        ? ApiError.NONE
                        : new ApiError(Errors.GROUP_AUTHORIZATION_FAILED);
            default -> new ApiError(Errors.INVALID_REQUEST, "Unexpected resource type " + resource.type() + ".");
        };
    }
}
