package io.tickwire.edge.handler.share;

import io.tickwire.edge.share.ShareSettings;
import io.tickwire.storage.log.Isolation;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.ShareGroupAutoOffsetResetStrategy;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfigProvider;

/** One group's settings as they are now: its own, or else the broker's. */
final class GroupSettings implements ShareSettings {
    private final String groupId;
    private final GroupConfigManager configs;
    private final ShareGroupConfigProvider provider;
    private final ShareGroupConfig defaults;

    GroupSettings(String groupId, GroupConfigManager configs, ShareGroupConfig defaults) {
        this.groupId = groupId;
        this.configs = configs;
        this.provider = new ShareGroupConfigProvider(configs);
        this.defaults = defaults;
    }

    @Override
    public int deliveryCountLimit() {
        return provider.deliveryCountLimitOrDefault(groupId, defaults.shareGroupDeliveryCountLimit());
    }

    @Override
    public int maxRecordLocks() {
        return provider.partitionMaxRecordLocksOrDefault(groupId, defaults.shareGroupPartitionMaxRecordLocks());
    }

    @Override
    public long lockDurationNs() {
        return TimeUnit.MILLISECONDS.toNanos(lockDurationMs());
    }

    int lockDurationMs() {
        return provider.recordLockDurationMsOrDefault(groupId, defaults.shareGroupRecordLockDurationMs());
    }

    @Override
    public boolean renewEnabled() {
        return provider.isRenewAcknowledgeEnabled(groupId);
    }

    /** {@code share.isolation.level}. */
    Isolation isolation() {
        IsolationLevel level = configs.groupConfig(groupId)
                .map(GroupConfig::shareIsolationLevel)
                .orElseGet(GroupConfig::defaultShareIsolationLevel);
        return level == IsolationLevel.READ_COMMITTED ? Isolation.COMMITTED : Isolation.UNCOMMITTED;
    }

    /** {@code share.auto.offset.reset}. */
    ShareGroupAutoOffsetResetStrategy reset() {
        return configs.groupConfig(groupId)
                .map(GroupConfig::shareAutoOffsetReset)
                .orElseGet(GroupConfig::defaultShareAutoOffsetReset);
    }
}
