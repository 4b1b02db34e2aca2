package io.tickwire.edge.group;

import com.yammer.metrics.core.MetricsRegistry;
import io.tickwire.edge.agent.TransactionGate;
import io.tickwire.edge.metadata.EffectiveConfigs;
import io.tickwire.edge.metadata.ImageListener;
import io.tickwire.edge.metadata.InternalTopicListener;
import io.tickwire.edge.metadata.TopicLogConfig;
import io.tickwire.edge.metadata.journal.CoordinatorJournals;
import io.tickwire.edge.metadata.journal.JournalLoader;
import io.tickwire.edge.metadata.journal.JournalWriter;
import io.tickwire.edge.metadata.journal.PartitionJournal;
import io.tickwire.storage.log.PartitionLog;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.internals.Plugin;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.GroupCoordinatorService;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorRuntimeMetrics;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.authorizer.Authorizer;
import org.apache.kafka.server.share.persister.Persister;
import org.apache.kafka.server.util.PartitionMetadataClient;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.SystemTimerReaper;

/**
 * Kafka's group coordinator, its records in the journals of {@code __consumer_offsets}.
 *
 * <p>The coordinator brings one event thread, which owns those journals. Elections and images come on the control thread.
 */
public final class GroupService implements InternalTopicListener, ImageListener, AutoCloseable {
    private final GroupCoordinatorService coordinator;
    private final GroupConfigManager groupConfigs;
    private final JournalWriter writer;
    private final CoordinatorJournals journals = new CoordinatorJournals(Topic.GROUP_METADATA_TOPIC_NAME);
    private final Time time;
    private final Metrics metrics = new Metrics();
    private final MetricsRegistry registry = new MetricsRegistry();
    private final EffectiveConfigs configs;

    /**
     * Builds and starts the coordinator; it serves nothing until its partitions are elected.
     *
     * @param persister keeps the state of share groups
     * @param latestOffsets tells where partitions end
     */
    public GroupService(
            EffectiveConfigs configs,
            KRaftMetadataCache cache,
            Optional<Plugin<Authorizer>> authorizer,
            Persister persister,
            PartitionMetadataClient latestOffsets,
            Time time) {
        this.time = time;
        this.configs = configs;
        GroupCoordinatorConfig config = configs.settings().group();
        groupConfigs = new GroupConfigManager(
                config.extractGroupConfigMap(configs.settings().shareGroup()),
                config,
                configs.settings().shareGroup());
        TopicLogConfig topicConfig = new TopicLogConfig(configs, cache::getImage, topic());
        writer = new JournalWriter(journals, topicConfig);
        coordinator = new GroupCoordinatorService.Builder(configs.settings().nodeId(), config)
                .withTime(time)
                .withTimer(new SystemTimerReaper("tickwire-group-reaper", new SystemTimer("tickwire-group")))
                .withLoader(new JournalLoader(journals, new GroupCoordinatorRecordSerde(), time))
                .withWriter(writer)
                .withCoordinatorRuntimeMetrics(new GroupCoordinatorRuntimeMetrics(metrics))
                .withGroupCoordinatorMetrics(new GroupCoordinatorMetrics(registry, metrics))
                .withGroupConfigManager(groupConfigs)
                .withPersister(persister)
                .withAuthorizerPlugin(authorizer)
                .withPartitionMetadataClient(latestOffsets)
                .build();
        coordinator.startup(() -> cache.numPartitions(topic()).orElse(config.offsetsTopicPartitions()));
    }

    @Override
    public String topic() {
        return Topic.GROUP_METADATA_TOPIC_NAME;
    }

    @Override
    public void onElection(int partition, int leaderEpoch, PartitionLog log) {
        journals.elect(partition, leaderEpoch, new PartitionJournal(log, time));
        coordinator.onElection(partition, leaderEpoch);
    }

    @Override
    public void onDeletion(int partition) {
        coordinator.onResignation(partition, OptionalInt.empty());
        journals.remove(partition);
    }

    @Override
    public CompletionStage<Void> onImage(MetadataDelta delta, MetadataImage image) {
        if (delta.configsDelta() != null) {
            for (ConfigResource resource : delta.configsDelta().changes().keySet()) {
                if (resource.type() == ConfigResource.Type.GROUP) {
                    Properties values = new Properties();
                    values.putAll(configs.dynamic(image, ConfigResource.Type.GROUP, resource.name()));
                    coordinator.updateGroupConfig(resource.name(), values);
                }
            }
        }
        coordinator.onMetadataUpdate(delta, image);
        return CompletableFuture.completedStage(null);
    }

    /** Says who admits transactional offset commits; called once, before the first of them. */
    public void admission(TransactionGate transactions) {
        writer.admission(transactions);
    }

    /** Kafka's coordinator; any thread. */
    public GroupCoordinator coordinator() {
        return coordinator;
    }

    /** Dynamic configuration of groups. */
    public GroupConfigManager groupConfigs() {
        return groupConfigs;
    }

    /** What {@code __consumer_offsets} is created with. */
    public Properties topicConfigs() {
        return coordinator.groupMetadataTopicConfigs();
    }

    @Override
    public void close() {
        coordinator.shutdown();
        metrics.close();
        registry.shutdown();
    }
}
