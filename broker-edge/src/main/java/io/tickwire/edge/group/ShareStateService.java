package io.tickwire.edge.group;

import io.tickwire.edge.metadata.EffectiveConfigs;
import io.tickwire.edge.metadata.ImageListener;
import io.tickwire.edge.metadata.InternalTopicListener;
import io.tickwire.edge.metadata.TopicLogConfig;
import io.tickwire.edge.metadata.journal.CoordinatorJournals;
import io.tickwire.edge.metadata.journal.JournalLoader;
import io.tickwire.edge.metadata.journal.JournalWriter;
import io.tickwire.edge.metadata.journal.PartitionJournal;
import io.tickwire.storage.log.PartitionLog;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.share.ShareCoordinator;
import org.apache.kafka.coordinator.share.ShareCoordinatorConfig;
import org.apache.kafka.coordinator.share.ShareCoordinatorRecordSerde;
import org.apache.kafka.coordinator.share.ShareCoordinatorService;
import org.apache.kafka.coordinator.share.metrics.ShareCoordinatorMetrics;
import org.apache.kafka.coordinator.share.metrics.ShareCoordinatorRuntimeMetrics;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.SystemTimerReaper;

/**
 * Kafka's share coordinator (KIP-932), its records in the journals of {@code __share_group_state}.
 *
 * <p>The coordinator brings one event thread, which owns those journals. Elections and images come on the control thread.
 */
public final class ShareStateService implements InternalTopicListener, ImageListener, AutoCloseable {
    private final ShareCoordinatorService coordinator;
    private final CoordinatorJournals journals = new CoordinatorJournals(Topic.SHARE_GROUP_STATE_TOPIC_NAME);
    private final SystemTimerReaper timer =
            new SystemTimerReaper("tickwire-share-reaper", new SystemTimer("tickwire-share"));
    private final Metrics metrics = new Metrics();
    private final Time time;

    /** Builds and starts the coordinator; it serves nothing until its partitions are elected. */
    public ShareStateService(EffectiveConfigs configs, KRaftMetadataCache cache, Time time) {
        this.time = time;
        ShareCoordinatorConfig config = configs.settings().shareCoordinator();
        coordinator = new ShareCoordinatorService.Builder(configs.settings().nodeId(), config)
                .withTime(time)
                .withTimer(timer)
                .withLoader(new JournalLoader(journals, new ShareCoordinatorRecordSerde(), time))
                .withWriter(new JournalWriter(journals, new TopicLogConfig(configs, cache::getImage, topic())))
                .withCoordinatorRuntimeMetrics(new ShareCoordinatorRuntimeMetrics(metrics))
                .withCoordinatorMetrics(new ShareCoordinatorMetrics(metrics))
                .build();
        coordinator.startup(
                () -> cache.numPartitions(topic()).orElse(config.shareCoordinatorStateTopicNumPartitions()));
    }

    @Override
    public String topic() {
        return Topic.SHARE_GROUP_STATE_TOPIC_NAME;
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
        coordinator.onMetadataUpdate(delta, image);
        return CompletableFuture.completedStage(null);
    }

    /** Kafka's coordinator; any thread. */
    public ShareCoordinator coordinator() {
        return coordinator;
    }

    /** What {@code __share_group_state} is created with. */
    public Properties topicConfigs() {
        return coordinator.shareGroupStateTopicConfigs();
    }

    @Override
    public void close() {
        coordinator.shutdown();
        Utils.closeQuietly(timer, "timer of the share coordinator");
        metrics.close();
    }
}
