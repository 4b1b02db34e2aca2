package io.tickwire.edge.metadata;

import io.tickwire.edge.agent.PartitionDirectory;
import io.tickwire.edge.agent.PartitionSpec;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.image.ConfigurationsDelta;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicDelta;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.image.TopicsDelta;
import org.apache.kafka.metadata.PartitionRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes partition logs follow the image: creates, announces, reconfigures and deletes them. Control thread only. */
public final class PartitionReconciler implements ImageListener {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionReconciler.class);

    private final Executor control;
    private final LogCatalog catalog;
    private final PartitionDirectory directory;
    private final EffectiveConfigs configs;
    private final Map<String, InternalTopicListener> internal = new HashMap<>();
    /** Announced partitions with the epoch last told, by topic id. */
    private final Map<Uuid, Map<Integer, Integer>> announced = new HashMap<>();

    private boolean first = true;

    /**
     * Builds the reconciler.
     *
     * @param control runs what follows from an answer of the shard on the control thread
     * @param coordinators owners of internal topics
     */
    public PartitionReconciler(
            Executor control,
            LogCatalog catalog,
            PartitionDirectory directory,
            EffectiveConfigs configs,
            List<InternalTopicListener> coordinators) {
        this.control = control;
        this.catalog = catalog;
        this.directory = directory;
        this.configs = configs;
        coordinators.forEach(coordinator -> internal.put(coordinator.topic(), coordinator));
    }

    @Override
    public CompletionStage<Void> onImage(MetadataDelta delta, MetadataImage image) {
        if (first) {
            first = false;
            deleteOrphans(image);
        }
        TopicsDelta topics = delta.topicsDelta();
        CompletionStage<Void> deleted = topics == null ? done() : delete(topics);
        CompletionStage<Void> changed =
                topics == null ? deleted : deleted.thenComposeAsync(v -> change(topics, image), control);
        ConfigurationsDelta configurations = delta.configsDelta();
        return configurations == null ? changed : changed.thenRunAsync(() -> configure(configurations, image), control);
    }

    private static CompletionStage<Void> done() {
        return CompletableFuture.completedStage(null);
    }

    private static CompletionStage<Void> all(List<CompletionStage<Void>> stages) {
        return CompletableFuture.allOf(
                stages.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new));
    }

    /** Logs of topics whose deletion was committed, but cut short. */
    private void deleteOrphans(MetadataImage image) {
        for (PartitionLog log : List.copyOf(catalog.logs())) {
            TopicKey key = log.key();
            if (key.topic().equals(Topic.CLUSTER_METADATA_TOPIC_NAME)) {
                continue;
            }
            TopicImage topic = image.topics().getTopic(new Uuid(key.topicIdMsb(), key.topicIdLsb()));
            if (topic == null || !topic.partitions().containsKey(key.partition())) {
                LOG.info("Deleting {}-{}: its topic is gone", key.topic(), key.partition());
                delete(log);
            }
        }
    }

    private CompletionStage<Void> delete(TopicsDelta delta) {
        List<CompletionStage<Void>> stages = new ArrayList<>();
        for (Uuid id : delta.deletedTopicIds()) {
            TopicImage topic = delta.image().getTopic(id);
            Map<Integer, Integer> partitions = announced.remove(id);
            if (topic == null || partitions == null) {
                continue;
            }
            InternalTopicListener coordinator = internal.get(topic.name());
            for (int partition : partitions.keySet()) {
                if (coordinator != null) {
                    coordinator.onDeletion(partition);
                }
                PartitionLog log = catalog.get(id.getMostSignificantBits(), id.getLeastSignificantBits(), partition);
                stages.add(directory.remove(id, partition).thenRunAsync(() -> delete(log), control));
            }
        }
        return all(stages);
    }

    /**
     * Follows the changed partitions one after another, each as a task of its own: making a log waits for the disk, and between two
     * of a thousand the control thread answers requests. Coordinators are elected when all partitions are there, for the first thing
     * that the transactions' coordinator does is to write the markers that a crash has left unwritten.
     */
    private CompletionStage<Void> change(TopicsDelta delta, MetadataImage image) {
        List<CompletionStage<Void>> stages = new ArrayList<>();
        List<Runnable> elections = new ArrayList<>();
        CompletionStage<Void> turn = done();
        for (TopicDelta topic : delta.changedTopics().values()) {
            Map<Integer, PartitionRegistration> changes = topic.partitionChanges();
            Map<Integer, Integer> epochs = announced.computeIfAbsent(topic.id(), id -> new HashMap<>());
            LogSettings settings =
                    epochs.keySet().containsAll(changes.keySet()) ? null : configs.logSettings(image, topic.name());
            for (Map.Entry<Integer, PartitionRegistration> entry : changes.entrySet()) {
                int partition = entry.getKey();
                int epoch = entry.getValue().leaderEpoch;
                turn = turn.thenRunAsync(() -> stages.add(follow(topic, partition, epoch, epochs, settings)), control);
                if (entry.getValue().hasLeader()) {
                    elections.add(() -> elect(topic, partition, epoch));
                }
            }
        }
        return turn.thenCompose(v -> all(stages)).thenRunAsync(() -> elections.forEach(Runnable::run), control);
    }

    private CompletionStage<Void> follow(
            TopicDelta topic, int partition, int epoch, Map<Integer, Integer> epochs, LogSettings settings) {
        Integer known = epochs.put(partition, epoch);
        if (known == null) {
            return announce(topic, partition, epoch, settings);
        }
        return known == epoch ? done() : directory.leaderEpoch(topic.id(), partition, epoch);
    }

    private CompletionStage<Void> announce(TopicDelta topic, int partition, int epoch, LogSettings settings) {
        Uuid id = topic.id();
        long high = id.getMostSignificantBits();
        long low = id.getLeastSignificantBits();
        PartitionLog log = catalog.get(high, low, partition);
        if (log == null) {
            log = create(new TopicKey(topic.name(), high, low, partition), settings);
        } else {
            log.updateSettings(settings);
        }
        PartitionSpec.Owner owner =
                internal.containsKey(topic.name()) ? PartitionSpec.Owner.CONTROL : PartitionSpec.Owner.SHARD;
        return directory.add(new PartitionSpec(topic.name(), id, partition, epoch, log, owner));
    }

    private PartitionLog create(TopicKey key, LogSettings settings) {
        try {
            return catalog.create(key, settings);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot create the log of " + key, e);
        }
    }

    private void delete(PartitionLog log) {
        try {
            catalog.delete(log);
        } catch (IOException e) {
            // The topic is gone either way; what is left is found as an orphan at the next start.
            LOG.error("Cannot delete {}", log.key(), e);
        }
    }

    private void elect(TopicDelta topic, int partition, int epoch) {
        InternalTopicListener coordinator = internal.get(topic.name());
        if (coordinator != null) {
            Uuid id = topic.id();
            coordinator.onElection(
                    partition,
                    epoch,
                    catalog.get(id.getMostSignificantBits(), id.getLeastSignificantBits(), partition));
        }
    }

    /** A change of the broker's own settings touches every topic: settings are resolved once for topics configured alike. */
    private void configure(ConfigurationsDelta delta, MetadataImage image) {
        Map<Map<String, String>, LogSettings> resolved = new HashMap<>();
        for (Uuid id : reconfigured(delta, image)) {
            String topic = image.topics().getTopic(id).name();
            LogSettings settings = resolved.computeIfAbsent(
                    configs.dynamic(image, ConfigResource.Type.TOPIC, topic), own -> configs.logSettings(image, topic));
            for (int partition : announced.get(id).keySet()) {
                PartitionLog log = catalog.get(id.getMostSignificantBits(), id.getLeastSignificantBits(), partition);
                if (!log.settings().equals(settings)) {
                    log.updateSettings(settings);
                }
            }
        }
    }

    /** Announced topics whose settings may have changed. */
    private Set<Uuid> reconfigured(ConfigurationsDelta delta, MetadataImage image) {
        Set<Uuid> topics = new HashSet<>();
        for (ConfigResource resource : delta.changes().keySet()) {
            if (resource.type() == ConfigResource.Type.BROKER) {
                return Set.copyOf(announced.keySet());
            }
            if (resource.type() == ConfigResource.Type.TOPIC) {
                TopicImage topic = image.topics().getTopic(resource.name());
                if (topic != null && announced.containsKey(topic.id())) {
                    topics.add(topic.id());
                }
            }
        }
        return topics;
    }
}
