package io.tickwire.edge.handler.security;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.handler.cluster.ClusterServices;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteAclsResponseData;
import org.apache.kafka.common.message.DeleteAclsResponseData.DeleteAclsFilterResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.DeleteAclsRequest;
import org.apache.kafka.common.requests.DeleteAclsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.server.authorizer.Authorizer;

/** DeleteAcls that match filters. */
public final class DeleteAclsHandler implements ControlHandler {
    private final ClusterServices services;

    /** Serves through {@code services}. */
    public DeleteAclsHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DELETE_ACLS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        DeleteAclsRequestData request = (DeleteAclsRequestData) message;
        services.access().requireCluster(context, AclOperation.ALTER);
        Authorizer authorizer = services.access()
                .authorizer()
                .orElseThrow(() -> new SecurityDisabledException("No Authorizer is configured."));
        List<AclBindingFilter> filters = new DeleteAclsRequest.Builder(request)
                .build(context.apiVersion())
                .filters();
        List<CompletableFuture<DeleteAclsFilterResult>> results = new ArrayList<>();
        authorizer
                .deleteAcls(context, filters)
                .forEach(deleted -> results.add(
                        deleted.thenApply(DeleteAclsResponse::filterResult).toCompletableFuture()));
        return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
                .thenApply(done -> new DeleteAclsResponse(
                                new DeleteAclsResponseData()
                                        .setFilterResults(results.stream()
                                                .map(CompletableFuture::join)
                                                .toList()),
                                context.apiVersion())
                        .data())
                .thenCompose(services.whenApplied());
    }
}
