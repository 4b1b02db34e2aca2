package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.TopicDeletionDisabledException;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.controller.ResultOrError;
import org.apache.kafka.server.quota.ControllerMutationQuota;

/** DeleteTopics, by name or by id. */
public final class DeleteTopicsHandler implements ControlHandler {
    private static final short FIRST_WITH_DISABLED_ERROR = 3;

    private static final short FIRST_WITH_QUOTA_ERROR = 5;

    private final ClusterServices services;

    /** Deletes through {@code services}. */
    public DeleteTopicsHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DELETE_TOPICS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        DeleteTopicsRequestData request = (DeleteTopicsRequestData) message;
        if (!services.configs().settings().deleteTopics()) {
            if (context.apiVersion() < FIRST_WITH_DISABLED_ERROR) {
                throw new InvalidRequestException("This version does not support topic deletion.");
            }
            throw new TopicDeletionDisabledException();
        }
        Plan plan = new Plan();
        plan.read(request);
        ControllerMutationQuota quota = services.mutations(context, FIRST_WITH_QUOTA_ERROR);
        ControllerRequestContext controller = ClusterServices.within(context, request.timeoutMs(), quota);
        return services.controller()
                .findTopicNames(controller, plan.ids)
                .thenCompose(names -> services.controller()
                        .findTopicIds(controller, plan.names)
                        .thenCompose(ids -> {
                            plan.resolve(names, ids, name -> access(context, name));
                            return services.controller().deleteTopics(controller, plan.toDelete.keySet());
                        }))
                .thenApply(deleted -> plan.answer(deleted).setThrottleTimeMs(quota.throttleTime()))
                .thenCompose(services.whenApplied());
    }

    private enum Access {
        HIDDEN,
        VISIBLE,
        DELETABLE
    }

    private Access access(RequestContext context, String name) {
        if (services.access().allows(context, AclOperation.DELETE, ResourceType.TOPIC, name)) {
            return Access.DELETABLE;
        }
        return services.access().allows(context, AclOperation.DESCRIBE, ResourceType.TOPIC, name, false)
                ? Access.VISIBLE
                : Access.HIDDEN;
    }

    /** What one request comes to: names and ids given once, answers so far, and what is left to delete. */
    private static final class Plan {
        private final Set<String> names = new HashSet<>();
        private final Set<Uuid> ids = new HashSet<>();
        private final Set<Uuid> twice = new HashSet<>();
        private final Map<Uuid, String> toDelete = new HashMap<>();
        private final List<DeletableTopicResult> results = new ArrayList<>();

        private void read(DeleteTopicsRequestData request) {
            Set<String> duplicateNames = new HashSet<>();
            request.topicNames().forEach(name -> {
                if (!names.add(name)) {
                    duplicateNames.add(name);
                }
            });
            for (DeleteTopicsRequestData.DeleteTopicState topic : request.topics()) {
                boolean hasId = !topic.topicId().equals(Uuid.ZERO_UUID);
                if (topic.name() == null && !hasId) {
                    refuse(null, Uuid.ZERO_UUID, "Neither topic name nor id were specified.");
                } else if (topic.name() != null && hasId) {
                    refuse(topic.name(), topic.topicId(), "You may not specify both topic name and topic id.");
                } else if (hasId && !ids.add(topic.topicId())) {
                    twice.add(topic.topicId());
                } else if (!hasId && !names.add(topic.name())) {
                    duplicateNames.add(topic.name());
                }
            }
            names.removeAll(duplicateNames);
            ids.removeAll(twice);
            duplicateNames.forEach(name -> refuse(name, Uuid.ZERO_UUID, "Duplicate topic name."));
            twice.forEach(id -> refuse(null, id, "Duplicate topic id."));
        }

        private void resolve(
                Map<Uuid, ResultOrError<String>> byId,
                Map<String, ResultOrError<Uuid>> byName,
                Function<String, Access> access) {
            byId.forEach((id, name) -> {
                if (name.isError()) {
                    answer(null, id, name.error());
                    return;
                }
                Access granted = access.apply(name.result());
                if (granted == Access.DELETABLE) {
                    toDelete.put(id, name.result());
                } else {
                    String shown = granted == Access.VISIBLE ? name.result() : null;
                    answer(shown, id, new ApiError(Errors.TOPIC_AUTHORIZATION_FAILED));
                }
            });
            byName.forEach((name, id) -> resolveName(name, id, access.apply(name)));
        }

        private void resolveName(String name, ResultOrError<Uuid> id, Access granted) {
            if (granted == Access.HIDDEN) {
                answer(name, Uuid.ZERO_UUID, new ApiError(Errors.TOPIC_AUTHORIZATION_FAILED));
            } else if (id.isError()) {
                answer(name, Uuid.ZERO_UUID, id.error());
            } else if (granted == Access.VISIBLE) {
                answer(name, Uuid.ZERO_UUID, new ApiError(Errors.TOPIC_AUTHORIZATION_FAILED));
            } else if (twice.contains(id.result()) || toDelete.put(id.result(), name) != null) {
                twice.add(id.result());
                toDelete.remove(id.result());
                refuse(name, id.result(), "The provided topic name maps to an ID that was already supplied.");
            }
        }

        private DeleteTopicsResponseData answer(Map<Uuid, ApiError> deleted) {
            deleted.forEach((id, error) -> answer(toDelete.get(id), id, error));
            // The order must not tell absent topics from hidden ones.
            Collections.shuffle(results);
            DeleteTopicsResponseData response = new DeleteTopicsResponseData();
            results.forEach(response.responses()::add);
            return response;
        }

        private void refuse(String name, Uuid id, String text) {
            answer(name, id, new ApiError(Errors.INVALID_REQUEST, text));
        }

        private void answer(String name, Uuid id, ApiError error) {
            results.add(new DeletableTopicResult()
                    .setName(name)
                    .setTopicId(id)
                    .setErrorCode(error.error().code())
                    .setErrorMessage(error.message()));
        }
    }
}
