package io.tickwire.edge.handler;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.RequestContext;

/** ApiVersions: what the table serves, and the cluster's features. */
public final class ApiVersionsHandler implements ShardHandler {
    private static final int FIRST_VERSION_WITH_LEVEL_ZERO = 4;

    private final HandlerTable table;

    ApiVersionsHandler(HandlerTable table) {
        this.table = table;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.API_VERSIONS;
    }

    @Override
    public CompletionStage<ApiMessage> handle(RequestContext context, ApiMessage request) {
        return CompletableFuture.completedFuture(answer(context.header.apiVersion(), (ApiVersionsRequestData) request));
    }

    private ApiVersionsResponseData answer(short version, ApiVersionsRequestData request) {
        ApiVersionsRequest checked = new ApiVersionsRequest(request, version);
        if (!checked.isValid()) {
            return checked.getErrorResponse(0, new InvalidRequestException("client software name or version"))
                    .data();
        }
        FeatureSnapshot features = table.features();
        return new ApiVersionsResponse.Builder()
                .setApiVersions(table.apiVersions())
                .setSupportedFeatures(features.supported())
                .setFinalizedFeatures(features.finalized())
                .setFinalizedFeaturesEpoch(features.epoch())
                // KAFKA-17492: older clients fail on a feature whose lowest level is 0.
                .setAlterFeatureLevel0(version < FIRST_VERSION_WITH_LEVEL_ZERO)
                .build()
                .data();
    }
}
