package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.RequestContext;

/** IncrementalAlterConfigs: loggers here, everything else through the controller. */
public final class IncrementalAlterConfigsHandler implements ControlHandler {
    private final ClusterServices services;
    private final BrokerLoggers loggers;

    /** Changes through {@code services} and {@code loggers}. */
    public IncrementalAlterConfigsHandler(ClusterServices services, BrokerLoggers loggers) {
        this.services = services;
        this.loggers = loggers;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.INCREMENTAL_ALTER_CONFIGS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        IncrementalAlterConfigsRequestData request = (IncrementalAlterConfigsRequestData) message;
        Map<ConfigResource, Integer> times = new HashMap<>();
        request.resources().forEach(resource -> times.merge(resource(resource), 1, Integer::sum));
        Map<ConfigResource, ApiError> answers = new LinkedHashMap<>();
        Map<ConfigResource, Map<String, Map.Entry<OpType, String>>> changes = new LinkedHashMap<>();
        for (AlterConfigsResource resource : request.resources()) {
            ConfigResource target = resource(resource);
            try {
                if (times.get(target) > 1) {
                    throw new InvalidRequestException("Each resource must appear at most once.");
                }
                if (target.type() == ConfigResource.Type.UNKNOWN) {
                    throw new InvalidRequestException("Unknown resource type " + resource.resourceType());
                }
                Map<String, Map.Entry<OpType, String>> wanted = read(resource);
                if (target.type() == ConfigResource.Type.BROKER_LOGGER) {
                    alterLoggers(context, target, wanted, request.validateOnly());
                    answers.put(target, ApiError.NONE);
                    continue;
                }
                prepare(target, wanted);
                ApiError refusal = AlterAccess.refusal(services.access(), context, target);
                if (refusal.isFailure()) {
                    answers.put(target, refusal);
                } else {
                    changes.put(target, wanted);
                }
            } catch (RuntimeException e) {
                answers.put(target, ApiError.fromThrowable(e));
            }
        }
        CompletableFuture<Map<ConfigResource, ApiError>> changed = changes.isEmpty()
                ? CompletableFuture.completedFuture(Map.of())
                : services.controller()
                        .incrementalAlterConfigs(
                                ClusterServices.unbounded(context), changes, request.validateOnly(), false);
        return changed.thenApply(results -> answer(request, answers, results)).thenCompose(services.whenApplied());
    }

    private static ConfigResource resource(AlterConfigsResource resource) {
        return new ConfigResource(ConfigResource.Type.forId(resource.resourceType()), resource.resourceName());
    }

    private static Map<String, Map.Entry<OpType, String>> read(AlterConfigsResource resource) {
        Map<String, Map.Entry<OpType, String>> changes = new LinkedHashMap<>();
        TreeSet<String> nulls = new TreeSet<>();
        List<String> unknown = new ArrayList<>();
        for (AlterableConfig config : resource.configs()) {
            OpType operation = OpType.forId(config.configOperation());
            if (operation == null) {
                unknown.add(Byte.toString(config.configOperation()));
            } else if (config.value() == null && operation != OpType.DELETE) {
                nulls.add(config.name());
            } else if (changes.put(config.name(), new SimpleImmutableEntry<>(operation, config.value())) != null) {
                throw new InvalidRequestException("Error due to duplicate config keys");
            }
        }
        if (!nulls.isEmpty()) {
            throw new InvalidRequestException("Null value not supported for : " + String.join(", ", nulls));
        }
        if (!unknown.isEmpty()) {
            throw unknownOperation(resource, unknown.getFirst());
        }
        return changes;
    }

    private static RuntimeException unknownOperation(AlterConfigsResource resource, String operation) {
        String reason = "Unknown operations type " + operation;
        // As Kafka, whose brokers look at their own settings, while its controller fails over an operation that is not
        // there.
        return isBrokers(resource) ? new InvalidRequestException(reason) : new UnknownServerException(reason);
    }

    private static boolean isBrokers(AlterConfigsResource resource) {
        return switch (ConfigResource.Type.forId(resource.resourceType())) {
            case BROKER, BROKER_LOGGER -> true;
            default -> false;
        };
    }

    private void prepare(ConfigResource target, Map<String, Map.Entry<OpType, String>> changes) {
        switch (target.type()) {
            case BROKER -> {
                AlterConfigRules.requireThisNode(
                        target.name(), services.metadata().identity().nodeId());
                AlterConfigRules.validateBroker(
                        AlterConfigRules.changed(
                                services.configs(), services.cache().getImage(), target.name(), changes),
                        !target.name().isEmpty());
            }
            case TOPIC, CLIENT_METRICS, GROUP -> {}
            default ->
                throw new InvalidRequestException(
                        "Unknown resource type " + target.type().id());
        }
    }

    private void alterLoggers(
            RequestContext context,
            ConfigResource target,
            Map<String, Map.Entry<OpType, String>> changes,
            boolean validateOnly) {
        services.access().requireCluster(context, AclOperation.ALTER_CONFIGS);
        if (target.name().isEmpty()) {
            throw new InvalidRequestException("Node id must be an integer, but it is: ");
        }
        AlterConfigRules.requireThisNode(
                target.name(), services.metadata().identity().nodeId());
        changes.forEach((name, change) -> loggers.validate(name, change.getKey(), change.getValue()));
        if (!validateOnly) {
            changes.forEach((name, change) -> loggers.apply(name, change.getKey(), change.getValue()));
        }
    }

    private static IncrementalAlterConfigsResponseData answer(
            IncrementalAlterConfigsRequestData request,
            Map<ConfigResource, ApiError> answers,
            Map<ConfigResource, ApiError> results) {
        IncrementalAlterConfigsResponseData response = new IncrementalAlterConfigsResponseData();
        for (AlterConfigsResource resource : request.resources()) {
            ConfigResource target = resource(resource);
            ApiError error = answers.containsKey(target)
                    ? answers.get(target)
                    : results.getOrDefault(target, new ApiError(Errors.UNKNOWN_SERVER_ERROR));
            response.responses()
                    .add(new AlterConfigsResourceResponse()
                            .setResourceName(resource.resourceName())
                            .setResourceType(resource.resourceType())
                            .setErrorCode(error.error().code())
                            .setErrorMessage(error.message()));
        }
        return response;
    }
}
