package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.RequestContext;

/** AlterConfigs: replaces the whole dynamic configuration of a resource. */
public final class AlterConfigsHandler implements ControlHandler {
    private final ClusterServices services;

    /** Serves through {@code services}. */
    public AlterConfigsHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.ALTER_CONFIGS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        AlterConfigsRequestData request = (AlterConfigsRequestData) message;
        Map<ConfigResource, Integer> times = new HashMap<>();
        request.resources().forEach(resource -> times.merge(resource(resource), 1, Integer::sum));
        Map<ConfigResource, ApiError> answers = new HashMap<>();
        Map<ConfigResource, Map<String, String>> changes = new HashMap<>();
        for (AlterConfigsResource resource : request.resources()) {
            ConfigResource target = resource(resource);
            try {
                if (times.get(target) > 1) {
                    throw new InvalidRequestException("Each resource must appear at most once.");
                }
                if (target.type() == ConfigResource.Type.UNKNOWN) {
                    throw new InvalidRequestException("Unknown resource type " + resource.resourceType());
                }
                Map<String, String> values = read(resource);
                prepare(target, values);
                ApiError refusal = AlterAccess.refusal(services.access(), context, target);
                if (refusal.isFailure()) {
                    answers.put(target, refusal);
                } else {
                    changes.put(target, values);
                }
            } catch (RuntimeException e) {
                answers.put(target, ApiError.fromThrowable(e));
            }
        }
        CompletableFuture<Map<ConfigResource, ApiError>> changed = changes.isEmpty()
                ? CompletableFuture.completedFuture(Map.of())
                : services.controller()
                        .legacyAlterConfigs(ClusterServices.unbounded(context), changes, request.validateOnly(), false);
        return changed.thenApply(results -> {
                    answers.putAll(results);
                    return answer(request, answers);
                })
                .thenCompose(services.whenApplied());
    }

    private static ConfigResource resource(AlterConfigsResource resource) {
        return new ConfigResource(ConfigResource.Type.forId(resource.resourceType()), resource.resourceName());
    }

    private static Map<String, String> read(AlterConfigsResource resource) {
        Map<String, String> values = new HashMap<>();
        TreeSet<String> nulls = new TreeSet<>();
        for (AlterableConfig config : resource.configs()) {
            if (config.value() == null) {
                nulls.add(config.name());
            } else if (values.put(config.name(), config.value()) != null) {
                throw new InvalidRequestException("Error due to duplicate config keys");
            }
        }
        if (!nulls.isEmpty()) {
            throw new InvalidRequestException("Null value not supported for : " + String.join(", ", nulls));
        }
        return values;
    }

    private void prepare(ConfigResource target, Map<String, String> values) {
        switch (target.type()) {
            case BROKER -> {
                AlterConfigRules.requireThisNode(
                        target.name(), services.metadata().identity().nodeId());
                Properties properties = new Properties();
                properties.putAll(values);
                AlterConfigRules.validateBroker(properties, !target.name().isEmpty());
            }
            case TOPIC, CLIENT_METRICS, GROUP -> {}
            default ->
                throw new InvalidRequestException(
                        "Unknown resource type " + target.type().id());
        }
    }

    private static AlterConfigsResponseData answer(
            AlterConfigsRequestData request, Map<ConfigResource, ApiError> answers) {
        AlterConfigsResponseData response = new AlterConfigsResponseData();
        for (AlterConfigsResource resource : request.resources()) {
            ApiError error = answers.getOrDefault(resource(resource), new ApiError(Errors.UNKNOWN_SERVER_ERROR));
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
