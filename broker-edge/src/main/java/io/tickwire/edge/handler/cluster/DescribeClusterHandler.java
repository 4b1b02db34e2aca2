package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.EndpointType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;

/** DescribeCluster: the one broker, which is the controller too. */
public final class DescribeClusterHandler implements ControlHandler {
    private final ClusterServices services;

    /** Answers from {@code services}. */
    public DescribeClusterHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DESCRIBE_CLUSTER;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        DescribeClusterRequestData request = (DescribeClusterRequestData) message;
        EndpointType type = EndpointType.fromId(request.endpointType());
        if (type != EndpointType.BROKER) {
            return CompletableFuture.completedStage(wrongEndpoint(context, request, type));
        }
        DescribeClusterResponseData response = new DescribeClusterResponseData()
                .setClusterId(services.metadata().identity().clusterId())
                .setEndpointType(EndpointType.BROKER.id())
                .setControllerId(services.cache().getRandomAliveBrokerId().orElse(-1));
        if (request.includeClusterAuthorizedOperations()) {
            response.setClusterAuthorizedOperations(
                    services.access().allowsCluster(context, AclOperation.DESCRIBE)
                            ? services.access()
                                    .authorizedOperations(context, ResourceType.CLUSTER, Resource.CLUSTER_NAME)
                            : 0);
        }
        for (Node node : services.cache().getBrokerNodes(context.listenerName)) {
            if (!node.isFenced() || request.includeFencedBrokers()) {
                response.brokers()
                        .add(new DescribeClusterBroker()
                                .setBrokerId(node.id())
                                .setHost(node.host())
                                .setPort(node.port())
                                .setRack(node.rack())
                                .setIsFenced(node.isFenced()));
            }
        }
        return CompletableFuture.completedStage(response);
    }

    private static DescribeClusterResponseData wrongEndpoint(
            RequestContext context, DescribeClusterRequestData request, EndpointType type) {
        boolean unknown = type == EndpointType.UNKNOWN;
        Errors error = unknown ? Errors.UNSUPPORTED_ENDPOINT_TYPE : Errors.MISMATCHED_ENDPOINT_TYPE;
        String text = unknown
                ? "Unsupported endpoint type " + request.endpointType()
                : "The request was sent to an endpoint of type " + EndpointType.BROKER
                        + ", but we wanted an endpoint of type " + type;
        return new DescribeClusterResponseData()
                .setErrorCode((context.apiVersion() == 0 ? Errors.INVALID_REQUEST : error).code())
                .setErrorMessage(text);
    }
}
