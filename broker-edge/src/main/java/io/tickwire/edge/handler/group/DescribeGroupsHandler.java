package io.tickwire.edge.handler.group;

import io.tickwire.edge.handler.ControlHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeGroupsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;

/** DescribeGroups of the classic protocol. */
public final class DescribeGroupsHandler implements ControlHandler {
    private static final short FIRST_WITH_OPERATIONS = 3;

    private final GroupServices services;

    /** Serves through {@code services}. */
    public DescribeGroupsHandler(GroupServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DESCRIBE_GROUPS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        DescribeGroupsRequestData request = (DescribeGroupsRequestData) message;
        List<DescribedGroup> groups = new ArrayList<>();
        List<String> visible = new ArrayList<>();
        for (String group : request.groups()) {
            if (services.access().allows(context, AclOperation.DESCRIBE, ResourceType.GROUP, group)) {
                visible.add(group);
            } else {
                groups.add(DescribeGroupsResponse.groupError(group, Errors.GROUP_AUTHORIZATION_FAILED));
            }
        }
        boolean operations = context.apiVersion() >= FIRST_WITH_OPERATIONS && request.includeAuthorizedOperations();
        return services.coordinator().describeGroups(context, visible).thenApply(described -> {
            for (DescribedGroup group : described) {
                if (operations && group.errorCode() == Errors.NONE.code()) {
                    group.setAuthorizedOperations(
                            services.access().authorizedOperations(context, ResourceType.GROUP, group.groupId()));
                }
                groups.add(group);
            }
            return new DescribeGroupsResponseData().setGroups(groups);
        });
    }
}
