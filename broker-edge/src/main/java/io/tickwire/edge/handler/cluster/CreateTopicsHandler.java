package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.server.quota.ControllerMutationQuota;

/** CreateTopics: the controller decides; the answer waits until the new partitions can be written. */
public final class CreateTopicsHandler implements ControlHandler {
    private static final short FIRST_WITH_QUOTA_ERROR = 6;

    private final ClusterServices services;

    /** Creates through {@code services}. */
    public CreateTopicsHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.CREATE_TOPICS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        CreateTopicsRequestData request = ((CreateTopicsRequestData) message).duplicate();
        Set<String> names = new HashSet<>();
        Set<String> duplicates = new HashSet<>();
        for (CreatableTopic topic : request.topics()) {
            if (!names.add(topic.name())) {
                duplicates.add(topic.name());
            }
        }
        names.removeAll(duplicates);
        Set<String> candidates = new HashSet<>(names);
        candidates.remove(Topic.CLUSTER_METADATA_TOPIC_NAME);
        Set<String> allowed = creatable(context, candidates);
        Set<String> describable = services.access()
                .filter(
                        context,
                        AclOperation.DESCRIBE_CONFIGS,
                        ResourceType.TOPIC,
                        candidates,
                        Function.identity(),
                        false);
        Iterator<CreatableTopic> topics = request.topics().iterator();
        while (topics.hasNext()) {
            if (!allowed.contains(topics.next().name())) {
                topics.remove();
            }
        }
        ControllerMutationQuota quota = services.mutations(context, FIRST_WITH_QUOTA_ERROR);
        return services.controller()
                .createTopics(ClusterServices.within(context, request.timeoutMs(), quota), request, describable, false)
                .thenApply(response ->
                        withRefused(response, duplicates, names, allowed).setThrottleTimeMs(quota.throttleTime()))
                .thenCompose(services.whenApplied());
    }

    private Set<String> creatable(RequestContext context, Collection<String> names) {
        if (services.access()
                .allows(context, AclOperation.CREATE, ResourceType.CLUSTER, Resource.CLUSTER_NAME, false)) {
            return Set.copyOf(names);
        }
        return services.access()
                .filter(context, AclOperation.CREATE, ResourceType.TOPIC, names, Function.identity(), true);
    }

    private static CreateTopicsResponseData withRefused(
            CreateTopicsResponseData response, Set<String> duplicates, Set<String> names, Set<String> allowed) {
        for (String name : duplicates) {
            refuse(response, name, Errors.INVALID_REQUEST, "Duplicate topic name.");
        }
        for (String name : names) {
            if (name.equals(Topic.CLUSTER_METADATA_TOPIC_NAME)) {
                refuse(
                        response,
                        name,
                        Errors.INVALID_REQUEST,
                        "Creation of internal topic " + name + " is prohibited.");
            } else if (!allowed.contains(name)) {
                refuse(response, name, Errors.TOPIC_AUTHORIZATION_FAILED, "Authorization failed.");
            }
        }
        return response;
    }

    private static void refuse(CreateTopicsResponseData response, String name, Errors error, String text) {
        response.topics()
                .add(new CreatableTopicResult()
                        .setName(name)
                        .setErrorCode(error.code())
                        .setErrorMessage(text));
    }
}
