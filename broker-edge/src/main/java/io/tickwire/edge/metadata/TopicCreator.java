package io.tickwire.edge.metadata;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.controller.ControllerRequestContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates topics that nobody asked for by CreateTopics: first use, internal topics, feeds. Any thread. */
public final class TopicCreator {
    private static final Logger LOG = LoggerFactory.getLogger(TopicCreator.class);
    private static final int BROKER_DEFAULT = -1;

    private final ClusterMetadata metadata;
    private final ImageFeed images;
    private final Map<String, Internal> internal = new HashMap<>();
    private final Map<String, CompletableFuture<Uuid>> inFlight = new ConcurrentHashMap<>();

    private record Internal(int partitions, Supplier<Properties> configs) {}

    /** Builds the creator; {@link #internal} is called before anything else. */
    public TopicCreator(ClusterMetadata metadata, ImageFeed images) {
        this.metadata = metadata;
        this.images = images;
    }

    /** Says what an internal topic is created with. */
    public void internal(String topic, int partitions, Supplier<Properties> configs) {
        internal.put(topic, new Internal(partitions, configs));
    }

    /** Creates a topic on its first use, with the broker's defaults or, for an internal one, its coordinator's. */
    public CompletionStage<Uuid> create(String topic, ControllerRequestContext context) {
        Internal known = internal.get(topic);
        if (known == null) {
            return create(topic, BROKER_DEFAULT, Map.of(), context);
        }
        Map<String, String> configs = new HashMap<>();
        known.configs.get().forEach((name, value) -> configs.put(name.toString(), value.toString()));
        return create(topic, known.partitions, configs, context);
    }

    /**
     * Creates a topic, once however often it is asked for meanwhile.
     *
     * @param partitions -1 for the broker's default
     * @return done when the topic can be written; fails with Kafka's error, {@link TopicExistsException} among them
     */
    public CompletionStage<Uuid> create(
            String topic, int partitions, Map<String, String> configs, ControllerRequestContext context) {
        CreateTopicsRequestData.CreatableTopic wanted = new CreateTopicsRequestData.CreatableTopic()
                .setName(topic)
                .setNumPartitions(partitions)
                .setReplicationFactor((short) BROKER_DEFAULT);
        configs.forEach((name, value) -> wanted.configs()
                .add(new CreateTopicsRequestData.CreatableTopicConfig()
                        .setName(name)
                        .setValue(value)));
        return create(wanted, context);
    }

    /** As above, with everything that CreateTopics can say of a topic. */
    public CompletionStage<Uuid> create(
            CreateTopicsRequestData.CreatableTopic wanted, ControllerRequestContext context) {
        String topic = wanted.name();
        CompletableFuture<Uuid> mine = new CompletableFuture<>();
        CompletableFuture<Uuid> running = inFlight.putIfAbsent(topic, mine);
        if (running != null) {
            return running;
        }
        CreateTopicsRequestData request = new CreateTopicsRequestData();
        // A coordinator may hand out the same object again, and an element belongs to one collection only.
        request.topics().add(wanted.duplicate());
        CompletionStage<Uuid> created = metadata.controller()
                .createTopics(context, request, Set.of(topic), false)
                .thenCompose(response -> servable(response.topics().find(topic)));
        created.whenComplete((id, failure) -> {
            inFlight.remove(topic);
            if (failure == null) {
                mine.complete(id);
            } else {
                LOG.debug("Creation of topic {} failed", topic, failure);
                mine.completeExceptionally(failure);
            }
        });
        return mine;
    }

    private CompletionStage<Uuid> servable(CreateTopicsResponseData.CreatableTopicResult result) {
        Errors error = Errors.forCode(result.errorCode());
        if (error != Errors.NONE) {
            throw new CompletionException(error.exception(result.errorMessage()));
        }
        return images.applied(metadata.committedOffset()).thenApply(ignored -> result.topicId());
    }
}
