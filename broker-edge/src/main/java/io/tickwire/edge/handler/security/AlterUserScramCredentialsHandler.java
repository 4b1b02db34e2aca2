package io.tickwire.edge.handler.security;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.handler.cluster.ClusterServices;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;

/** AlterUserScramCredentials. */
public final class AlterUserScramCredentialsHandler implements ControlHandler {
    private final ClusterServices services;

    /** Serves through {@code services}. */
    public AlterUserScramCredentialsHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.ALTER_USER_SCRAM_CREDENTIALS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        AlterUserScramCredentialsRequestData request = (AlterUserScramCredentialsRequestData) message;
        services.access().requireCluster(context, AclOperation.ALTER);
        return services.controller()
                .alterUserScramCredentials(ClusterServices.unbounded(context), request)
                .thenCompose(services.whenApplied());
    }
}
