package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;

/** Metadata: brokers and topics; a missing topic is created on first sight where that is allowed. */
public final class MetadataHandler implements ControlHandler {
    private static final short FIRST_WITH_TOPIC_IDS_ASKED = 12;
    private static final short FIRST_WITH_OPERATIONS = 8;
    private static final short LAST_WITH_CLUSTER_OPERATIONS = 10;
    private static final short FIRST_WITH_LISTENER_ERRORS = 6;

    private final ClusterServices services;

    /** Answers from {@code services}. */
    public MetadataHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.METADATA;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        MetadataRequestData request = (MetadataRequestData) message;
        short version = context.apiVersion();
        boolean all = isAll(request, version);
        List<MetadataResponseTopic> topics = new ArrayList<>();
        if (all) {
            describeAll(context, version, topics);
        } else {
            describe(context, request, version, topics);
        }
        MetadataResponseData response = new MetadataResponseData()
                .setClusterId(services.metadata().identity().clusterId())
                .setControllerId(services.cache().getRandomAliveBrokerId().orElse(MetadataResponse.NO_CONTROLLER_ID));
        for (Node node : services.cache().getAliveBrokerNodes(context.listenerName)) {
            response.brokers()
                    .add(new MetadataResponseBroker()
                            .setNodeId(node.id())
                            .setHost(node.host())
                            .setPort(node.port())
                            .setRack(node.rack()));
        }
        if (version >= FIRST_WITH_OPERATIONS) {
            addOperations(context, request, version, topics, response);
        }
        topics.forEach(response.topics()::add);
        return CompletableFuture.completedStage(response);
    }

    private static boolean isAll(MetadataRequestData request, short version) {
        boolean all =
                request.topics() == null || (version == 0 && request.topics().isEmpty());
        if (!all && version < FIRST_WITH_TOPIC_IDS_ASKED) {
            for (MetadataRequestTopic topic : request.topics()) {
                if (topic.name() == null) {
                    throw new InvalidRequestException("Topic name can not be null for version " + version);
                }
                if (!topic.topicId().equals(Uuid.ZERO_UUID)) {
                    throw new InvalidRequestException("Topic IDs are not supported in requests for version " + version);
                }
            }
        }
        return all;
    }

    private void describeAll(RequestContext context, short version, List<MetadataResponseTopic> topics) {
        Set<String> visible = visible(context, services.cache().getAllTopics(), false);
        topics.addAll(fromCache(context, version, visible));
    }

    private Set<String> visible(RequestContext context, Set<String> names, boolean logDenied) {
        return services.access()
                .filter(context, AclOperation.DESCRIBE, ResourceType.TOPIC, names, Function.identity(), logDenied);
    }

    private List<MetadataResponseTopic> fromCache(RequestContext context, short version, Set<String> names) {
        return services.cache()
                .getTopicMetadata(names, context.listenerName, version == 0, version >= FIRST_WITH_LISTENER_ERRORS);
    }

    private void describe(
            RequestContext context, MetadataRequestData request, short version, List<MetadataResponseTopic> topics) {
        Set<String> names = new HashSet<>();
        Set<Uuid> ids = new HashSet<>();
        boolean byId = false;
        for (MetadataRequestTopic topic : request.topics()) {
            byId |= !topic.topicId().equals(Uuid.ZERO_UUID);
        }
        for (MetadataRequestTopic topic : request.topics()) {
            if (!byId) {
                names.add(topic.name());
                continue;
            }
            // Answered once, however often it is asked for.
            if (topic.topicId().equals(Uuid.ZERO_UUID) || !ids.add(topic.topicId())) {
                continue;
            }
            services.cache()
                    .getTopicName(topic.topicId())
                    .ifPresentOrElse(
                            names::add, () -> topics.add(error(Errors.UNKNOWN_TOPIC_ID, null, topic.topicId())));
        }
        Set<String> visible = visible(context, names, true);
        for (String name : names) {
            if (!visible.contains(name)) {
                Uuid id = byId ? services.cache().getTopicId(name) : Uuid.ZERO_UUID;
                topics.add(error(Errors.TOPIC_AUTHORIZATION_FAILED, byId ? null : name, id));
            }
        }
        topics.addAll(fromCache(context, version, visible));
        Set<String> missing = new HashSet<>(visible);
        missing.removeIf(services.cache()::contains);
        // With auto-creation the version-less flag of old requests counts as true, as it is the field's default.
        if (request.allowAutoTopicCreation() && services.configs().settings().autoCreateTopics()) {
            create(context, missing, topics);
        } else {
            missing.forEach(name -> topics.add(missing(name)));
        }
    }

    /** Kafka answers at once that the topic is unknown, and knows it when the client asks again. */
    private void create(RequestContext context, Set<String> missing, List<MetadataResponseTopic> topics) {
        Set<String> creatable = missing;
        if (!services.access()
                .allows(context, AclOperation.CREATE, ResourceType.CLUSTER, Resource.CLUSTER_NAME, false)) {
            creatable = services.access()
                    .filter(context, AclOperation.CREATE, ResourceType.TOPIC, missing, Function.identity(), true);
        }
        for (String name : missing) {
            if (!creatable.contains(name)) {
                topics.add(error(Errors.TOPIC_AUTHORIZATION_FAILED, name, Uuid.ZERO_UUID));
                continue;
            }
            MetadataResponseTopic answer = missing(name);
            topics.add(answer);
            if (answer.errorCode() == Errors.UNKNOWN_TOPIC_OR_PARTITION.code()) {
                services.topics().create(name, ClusterServices.unbounded(context));
            }
        }
    }

    private static MetadataResponseTopic missing(String name) {
        Errors error;
        try {
            Topic.validate(name);
            error = Errors.UNKNOWN_TOPIC_OR_PARTITION;
        } catch (InvalidTopicException e) {
            error = Errors.INVALID_TOPIC_EXCEPTION;
        }
        return error(error, name, Uuid.ZERO_UUID).setIsInternal(Topic.isInternal(name));
    }

    private static MetadataResponseTopic error(Errors error, String name, Uuid id) {
        return new MetadataResponseTopic()
                .setErrorCode(error.code())
                .setName(name)
                .setTopicId(id)
                .setIsInternal(name != null && Topic.isInternal(name));
    }

    private void addOperations(
            RequestContext context,
            MetadataRequestData request,
            short version,
            List<MetadataResponseTopic> topics,
            MetadataResponseData response) {
        if (version <= LAST_WITH_CLUSTER_OPERATIONS && request.includeClusterAuthorizedOperations()) {
            response.setClusterAuthorizedOperations(
                    services.access().allowsCluster(context, AclOperation.DESCRIBE)
                            ? services.access()
                                    .authorizedOperations(context, ResourceType.CLUSTER, Resource.CLUSTER_NAME)
                            : 0);
        }
        if (request.includeTopicAuthorizedOperations()) {
            for (MetadataResponseTopic topic : topics) {
                if (topic.name() != null) {
                    topic.setTopicAuthorizedOperations(
                            services.access().authorizedOperations(context, ResourceType.TOPIC, topic.name()));
                }
            }
        }
    }
}
