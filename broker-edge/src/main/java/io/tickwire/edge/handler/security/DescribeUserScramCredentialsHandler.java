package io.tickwire.edge.handler.security;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.handler.cluster.ClusterServices;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;

/** DescribeUserScramCredentials, without the credentials themselves. */
public final class DescribeUserScramCredentialsHandler implements ControlHandler {
    private final ClusterServices services;

    /** Serves through {@code services}. */
    public DescribeUserScramCredentialsHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        DescribeUserScramCredentialsRequestData request = (DescribeUserScramCredentialsRequestData) message;
        services.access().requireCluster(context, AclOperation.DESCRIBE);
        return CompletableFuture.completedStage(services.cache().describeScramCredentials(request));
    }
}
