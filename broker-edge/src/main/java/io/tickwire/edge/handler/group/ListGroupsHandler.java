package io.tickwire.edge.handler.group;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;

/** ListGroups: all groups, or those that the principal may describe. */
public final class ListGroupsHandler implements ControlHandler {
    private final GroupServices services;

    /** Serves through {@code services}. */
    public ListGroupsHandler(GroupServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.LIST_GROUPS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        boolean all = services.access()
                .allows(context, AclOperation.DESCRIBE, ResourceType.CLUSTER, Resource.CLUSTER_NAME, false);
        return services.coordinator()
                .listGroups(context, (ListGroupsRequestData) message)
                .thenApply(response -> all
                        ? response
                        : response.setGroups(response.groups().stream()
                                .filter(group -> services.access()
                                        .allows(
                                                context,
                                                AclOperation.DESCRIBE,
                                                ResourceType.GROUP,
                                                group.groupId(),
                                                false))
                                .toList()));
    }
}
