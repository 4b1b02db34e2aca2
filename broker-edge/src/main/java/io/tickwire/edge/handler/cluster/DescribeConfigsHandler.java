package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;

/** DescribeConfigs of topics, the broker, groups, client metrics and loggers. */
public final class DescribeConfigsHandler implements ControlHandler {
    private final ClusterServices services;
    private final BrokerLoggers loggers;

    /** Answers from {@code services}. */
    public DescribeConfigsHandler(ClusterServices services, BrokerLoggers loggers) {
        this.services = services;
        this.loggers = loggers;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DESCRIBE_CONFIGS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        DescribeConfigsRequestData request = (DescribeConfigsRequestData) message;
        ConfigDescriptions descriptions = new ConfigDescriptions(
                services.configs(),
                services.cache().getImage(),
                request.includeSynonyms(),
                request.includeDocumentation());
        List<DescribeConfigsResult> results = new ArrayList<>();
        for (DescribeConfigsResource resource : request.resources()) {
            results.add(describe(context, resource, descriptions)
                    .setResourceName(resource.resourceName())
                    .setResourceType(resource.resourceType()));
        }
        return CompletableFuture.completedStage(new DescribeConfigsResponseData().setResults(results));
    }

    private DescribeConfigsResult describe(
            RequestContext context, DescribeConfigsResource resource, ConfigDescriptions descriptions) {
        ConfigResource.Type type = ConfigResource.Type.forId(resource.resourceType());
        Errors refused = refusal(context, type, resource.resourceName());
        if (refused != Errors.NONE) {
            return new DescribeConfigsResult().setErrorCode(refused.code()).setErrorMessage(refused.message());
        }
        try {
            List<DescribeConfigsResourceResult> entries = entries(type, resource.resourceName(), descriptions);
            List<String> wanted = resource.configurationKeys();
            if (wanted != null && !wanted.isEmpty()) {
                Set<String> keys = new HashSet<>(wanted);
                entries = entries.stream()
                        .filter(entry -> keys.contains(entry.name()))
                        .toList();
            }
            return new DescribeConfigsResult().setConfigs(entries);
        } catch (UnknownTopicOrPartitionException e) {
            return new DescribeConfigsResult().setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        } catch (RuntimeException e) {
            ApiError error = ApiError.fromThrowable(e);
            return new DescribeConfigsResult()
                    .setErrorCode(error.error().code())
                    .setErrorMessage(error.message());
        }
    }

    private Errors refusal(RequestContext context, ConfigResource.Type type, String name) {
        AclOperation operation = AclOperation.DESCRIBE_CONFIGS;
        return switch (type) {
            case BROKER, BROKER_LOGGER, CLIENT_METRICS ->
                services.access().allowsCluster(context, operation) ? Errors.NONE : Errors.CLUSTER_AUTHORIZATION_FAILED;
            case TOPIC ->
                services.access().allows(context, operation, ResourceType.TOPIC, name)
                        ? Errors.NONE
                        : Errors.TOPIC_AUTHORIZATION_FAILED;
            case GROUP ->
                services.access().allows(context, operation, ResourceType.GROUP, name)
                        ? Errors.NONE
                        : Errors.GROUP_AUTHORIZATION_FAILED;
            default -> throw new InvalidRequestException("Unexpected resource type " + type + " for resource " + name);
        };
    }

    private List<DescribeConfigsResourceResult> entries(
            ConfigResource.Type type, String name, ConfigDescriptions descriptions) {
        return switch (type) {
            case TOPIC -> {
                Topic.validate(name);
                if (!services.cache().contains(name)) {
                    throw new UnknownTopicOrPartitionException();
                }
                yield descriptions.topic(name);
            }
            case BROKER -> {
                if (name == null || name.isEmpty()) {
                    yield descriptions.cluster();
                }
                requireThisBroker(name, " or empty string");
                yield descriptions.broker();
            }
            case BROKER_LOGGER -> {
                requireName(name, "Broker id must not be empty");
                requireThisBroker(name, "");
                yield loggers.describe();
            }
            case CLIENT_METRICS -> {
                requireName(name, "Client metrics subscription name must not be empty");
                yield descriptions.clientMetrics(name);
            }
            case GROUP -> {
                requireName(name, "Group name must not be empty");
                yield descriptions.group(name);
            }
            default -> throw new InvalidRequestException("Unsupported resource type: " + type);
        };
    }

    private static void requireName(String name, String text) {
        if (name == null || name.isEmpty()) {
            throw new InvalidRequestException(text);
        }
    }

    private void requireThisBroker(String name, String also) {
        int id;
        try {
            id = Integer.parseInt(name);
        } catch (NumberFormatException e) {
            throw new InvalidRequestException("Broker id must be an integer, but it is: " + name, e);
        }
        int own = services.metadata().identity().nodeId();
        if (id != own) {
            throw new InvalidRequestException(
                    "Unexpected broker id, expected " + own + also + ", but received " + name);
        }
    }
}
