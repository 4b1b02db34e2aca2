package io.tickwire.edge.handler.group;

import io.tickwire.edge.security.AccessControl;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.metadata.KRaftMetadataCache;

/**
 * What the groups' handlers share.
 *
 * @param coordinator Kafka's group coordinator
 * @param cache topics by name and id
 * @param access who may do what
 */
public record GroupServices(GroupCoordinator coordinator, KRaftMetadataCache cache, AccessControl access) {

    /**
     * Refuses unless the operation on the group is allowed.
     *
     * @throws GroupAuthorizationException when it is not; the response carries GROUP_AUTHORIZATION_FAILED
     */
    void require(RequestContext context, AclOperation operation, String groupId) {
        if (!access.allows(context, operation, ResourceType.GROUP, groupId)) {
            throw GroupAuthorizationException.forGroupId(groupId);
        }
    }

    /** Returns those of the groups that the client may describe; {@code refused} is told the others. */
    List<String> describable(RequestContext context, List<String> groupIds, Consumer<String> refused) {
        List<String> visible = new ArrayList<>();
        for (String groupId : groupIds) {
            if (access.allows(context, AclOperation.DESCRIBE, ResourceType.GROUP, groupId)) {
                visible.add(groupId);
            } else {
                refused.accept(groupId);
            }
        }
        return visible;
    }

    /** Whether the client may describe each of the topics. */
    boolean describesTopics(RequestContext context, Set<String> topics) {
        return access.filter(context, AclOperation.DESCRIBE, ResourceType.TOPIC, topics, Function.identity(), true)
                        .size()
                == topics.size();
    }

    /** What the client may do with a group, as Kafka's bit field. */
    int authorizedOperations(RequestContext context, String groupId) {
        return access.authorizedOperations(context, ResourceType.GROUP, groupId);
    }
}
