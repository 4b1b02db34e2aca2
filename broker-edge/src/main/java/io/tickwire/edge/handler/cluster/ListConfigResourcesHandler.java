package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;

/** ListConfigResources: what has configuration, by type. */
public final class ListConfigResourcesHandler implements ControlHandler {
    private static final Set<Byte> IN_VERSION_0 = Set.of(ConfigResource.Type.CLIENT_METRICS.id());
    private static final Set<Byte> SUPPORTED = Set.of(
            ConfigResource.Type.TOPIC.id(),
            ConfigResource.Type.BROKER.id(),
            ConfigResource.Type.BROKER_LOGGER.id(),
            ConfigResource.Type.CLIENT_METRICS.id(),
            ConfigResource.Type.GROUP.id());

    private final ClusterServices services;

    /** Serves through {@code services}. */
    public ListConfigResourcesHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.LIST_CONFIG_RESOURCES;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        ListConfigResourcesRequestData request = (ListConfigResourcesRequestData) message;
        services.access().requireCluster(context, AclOperation.DESCRIBE_CONFIGS);
        Set<Byte> supported = context.apiVersion() == 0 ? IN_VERSION_0 : SUPPORTED;
        List<Byte> types = request.resourceTypes().isEmpty() ? List.copyOf(supported) : request.resourceTypes();
        ListConfigResourcesResponseData response = new ListConfigResourcesResponseData();
        if (!supported.containsAll(types)) {
            return CompletableFuture.completedStage(response.setErrorCode(Errors.UNSUPPORTED_VERSION.code()));
        }
        List<ListConfigResourcesResponseData.ConfigResource> resources = new ArrayList<>();
        for (byte id : types) {
            for (String name : names(ConfigResource.Type.forId(id))) {
                resources.add(new ListConfigResourcesResponseData.ConfigResource()
                        .setResourceName(name)
                        .setResourceType(id));
            }
        }
        return CompletableFuture.completedStage(response.setConfigResources(resources));
    }

    private Set<String> names(ConfigResource.Type type) {
        return switch (type) {
            case TOPIC -> services.cache().getAllTopics();
            case BROKER, BROKER_LOGGER ->
                Set.of(Integer.toString(services.metadata().identity().nodeId()));
            case GROUP, CLIENT_METRICS -> {
                Set<String> names = new TreeSet<>();
                services.cache().getImage().configs().resourceData().keySet().forEach(resource -> {
                    if (resource.type() == type) {
                        names.add(resource.name());
                    }
                });
                yield names;
            }
            default -> Set.of();
        };
    }
}
