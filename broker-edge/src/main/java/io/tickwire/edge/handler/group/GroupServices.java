package io.tickwire.edge.handler.group;

import io.tickwire.edge.security.AccessControl;
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
}
