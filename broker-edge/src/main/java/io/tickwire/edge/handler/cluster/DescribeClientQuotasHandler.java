package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;

/** DescribeClientQuotas. */
public final class DescribeClientQuotasHandler implements ControlHandler {
    private final ClusterServices services;

    /** Serves through {@code services}. */
    public DescribeClientQuotasHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DESCRIBE_CLIENT_QUOTAS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        DescribeClientQuotasRequestData request = (DescribeClientQuotasRequestData) message;
        services.access().requireCluster(context, AclOperation.DESCRIBE_CONFIGS);
        return CompletableFuture.completedStage(services.cache().describeClientQuotas(request));
    }
}
