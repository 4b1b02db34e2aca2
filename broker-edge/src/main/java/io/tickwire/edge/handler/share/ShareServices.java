package io.tickwire.edge.handler.share;

import io.tickwire.edge.handler.group.ShareMembers;
import io.tickwire.edge.security.AccessControl;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.common.ShareVersion;
import org.apache.kafka.server.share.persister.Persister;

/**
 * What the data side of share groups uses of the control plane. Any thread.
 *
 * @param cache topics by id, features
 * @param access who may do what
 * @param persister keeps the state of share partitions
 * @param groupConfigs settings of each group
 * @param defaults settings of groups that have none of their own, and limits
 */
public record ShareServices(
        KRaftMetadataCache cache,
        AccessControl access,
        Persister persister,
        GroupConfigManager groupConfigs,
        ShareGroupConfig defaults) {

    /**
     * Refuses a request of a member that cannot be served at all.
     *
     * @throws UnsupportedVersionException when share groups are not enabled
     * @throws InvalidRequestException when an id is not valid
     * @throws GroupAuthorizationException when the group may not be read
     */
    void require(RequestContext context, String groupId, String memberId) {
        short level = cache.features().finalizedFeatures().getOrDefault(ShareVersion.FEATURE_NAME, (short) 0);
        if (!ShareVersion.fromFeatureLevel(level).supportsShareGroups()) {
            throw new UnsupportedVersionException("Share groups are not enabled: share.version is " + level);
        }
        if (groupId == null) {
            throw new InvalidRequestException("Invalid group id in the request.");
        }
        if (!access.allows(context, AclOperation.READ, ResourceType.GROUP, groupId)) {
            throw GroupAuthorizationException.forGroupId(groupId);
        }
        ShareMembers.requireValidId(memberId);
    }

    GroupSettings settings(String groupId) {
        return new GroupSettings(groupId, groupConfigs, defaults);
    }
}
