package io.tickwire.edge.handler.group;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.handler.cluster.ClusterServices;
import io.tickwire.edge.metadata.TopicCreator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatResponse.Status;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;

/** StreamsGroupHeartbeat (KIP-1071): as a consumer group's, and the topology's internal topics are created. */
public final class StreamsGroupHeartbeatHandler implements ControlHandler {
    private static final int ERRORS_SHOWN = 3;
    private static final int ERRORS_KEPT = 1000;

    private final GroupServices services;
    private final TopicCreator topics;
    /** Why the last creation of a topic failed, until it succeeds; shown with the next heartbeats. */
    private final Map<String, String> failures = new ConcurrentHashMap<>();

    /** Serves through {@code services}; creates through {@code topics}. */
    public StreamsGroupHeartbeatHandler(GroupServices services, TopicCreator topics) {
        this.services = services;
        this.topics = topics;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.STREAMS_GROUP_HEARTBEAT;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        StreamsGroupHeartbeatRequestData request = (StreamsGroupHeartbeatRequestData) message;
        services.require(context, AclOperation.READ, request.groupId());
        if (request.topology() != null) {
            StreamsGroupHeartbeatResponseData refused = refused(context, request);
            if (refused != null) {
                return CompletableFuture.completedStage(refused);
            }
        }
        return services.coordinator().streamsGroupHeartbeat(context, request).thenApply(result -> {
            if (!result.creatableTopics().isEmpty()) {
                create(context, result.creatableTopics(), result.data());
            }
            return result.data();
        });
    }

    private StreamsGroupHeartbeatResponseData refused(
            RequestContext context, StreamsGroupHeartbeatRequestData request) {
        Set<String> needed = new HashSet<>();
        request.topology().subtopologies().forEach(part -> {
            needed.addAll(part.sourceTopics());
            needed.addAll(part.repartitionSinkTopics());
            part.repartitionSourceTopics().forEach(topic -> needed.add(topic.name()));
            part.stateChangelogTopics().forEach(topic -> needed.add(topic.name()));
        });
        Set<String> internal = new TreeSet<>(needed);
        internal.removeIf(topic -> !Topic.isInternal(topic));
        Set<String> invalid = new TreeSet<>(needed);
        invalid.removeIf(Topic::isValid);
        if (!internal.isEmpty()) {
            return invalidTopology("Use of Kafka internal topics " + String.join(",", internal)
                    + " in a Kafka Streams topology is prohibited.");
        } else if (!invalid.isEmpty()) {
            return invalidTopology("Topic names " + String.join(",", invalid) + " are not valid topic names.");
        }
        Set<String> visible = services.access()
                .filter(context, AclOperation.DESCRIBE, ResourceType.TOPIC, needed, Function.identity(), true);
        return visible.size() < needed.size()
                ? new StreamsGroupHeartbeatResponseData().setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
                : null;
    }

    private static StreamsGroupHeartbeatResponseData invalidTopology(String text) {
        return new StreamsGroupHeartbeatResponseData()
                .setErrorCode(Errors.STREAMS_INVALID_TOPOLOGY.code())
                .setErrorMessage(text);
    }

    private void create(
            RequestContext context, Map<String, CreatableTopic> wanted, StreamsGroupHeartbeatResponseData response) {
        if (!services.access()
                .allows(context, AclOperation.CREATE, ResourceType.CLUSTER, Resource.CLUSTER_NAME, false)) {
            Set<String> denied = new TreeSet<>(wanted.keySet());
            denied.removeAll(services.access()
                    .filter(
                            context,
                            AclOperation.CREATE,
                            ResourceType.TOPIC,
                            wanted.keySet(),
                            Function.identity(),
                            true));
            if (!denied.isEmpty()) {
                note(response, "Unauthorized to CREATE on topics " + String.join(", ", denied) + ".", true);
                return;
            }
        }
        List<String> failed = new ArrayList<>();
        new TreeMap<>(wanted).forEach((name, topic) -> {
            String failure = failures.get(name);
            if (failure != null) {
                failed.add(name + " (" + failure + ")");
            }
            create(context, topic);
        });
        if (!failed.isEmpty()) {
            String shown = String.join(", ", failed.subList(0, Math.min(ERRORS_SHOWN, failed.size())));
            String more = failed.size() > ERRORS_SHOWN ? " and " + (failed.size() - ERRORS_SHOWN) + " more" : "";
            note(response, "Creation failed: " + shown + more + ".", false);
        }
    }

    private void create(RequestContext context, CreatableTopic topic) {
        topics.create(topic, ClusterServices.unbounded(context)).whenComplete((id, failure) -> {
            if (failure == null) {
                failures.remove(topic.name());
            } else if (failures.size() < ERRORS_KEPT) {
                Throwable cause = Errors.maybeUnwrapException(failure);
                failures.put(topic.name(), cause.getMessage() == null ? cause.toString() : cause.getMessage());
            }
        });
    }

    /** Adds to the status that internal topics are missing, making one if asked for. */
    private static void note(StreamsGroupHeartbeatResponseData response, String text, boolean always) {
        byte code = Status.MISSING_INTERNAL_TOPICS.code();
        if (response.status() == null) {
            response.setStatus(new ArrayList<>());
        }
        for (StreamsGroupHeartbeatResponseData.Status status : response.status()) {
            if (status.statusCode() == code) {
                status.setStatusDetail((status.statusDetail() == null ? "" : status.statusDetail()) + "; " + text);
                return;
            }
        }
        if (always) {
            response.status()
                    .add(new StreamsGroupHeartbeatResponseData.Status()
                            .setStatusCode(code)
                            .setStatusDetail(text));
        }
    }
}
