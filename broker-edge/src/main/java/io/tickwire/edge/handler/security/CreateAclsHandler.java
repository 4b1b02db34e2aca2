package io.tickwire.edge.handler.security;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.handler.cluster.ClusterServices;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsResponseData;
import org.apache.kafka.common.message.CreateAclsResponseData.AclCreationResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.CreateAclsRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.security.authorizer.AuthorizerUtils;
import org.apache.kafka.server.authorizer.AclCreateResult;
import org.apache.kafka.server.authorizer.Authorizer;

/** CreateAcls, through the authorizer and so through the controller. */
public final class CreateAclsHandler implements ControlHandler {
    private final ClusterServices services;

    /** Serves through {@code services}. */
    public CreateAclsHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.CREATE_ACLS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        CreateAclsRequestData request = (CreateAclsRequestData) message;
        services.access().requireCluster(context, AclOperation.ALTER);
        Authorizer authorizer = services.access()
                .authorizer()
                .orElseThrow(() -> new SecurityDisabledException("No Authorizer is configured."));
        List<CompletableFuture<AclCreationResult>> results = new ArrayList<>();
        for (CreateAclsRequestData.AclCreation creation : request.creations()) {
            AclBinding binding = CreateAclsRequest.aclBinding(creation);
            String name = binding.pattern().name();
            if (binding.pattern().resourceType() == ResourceType.CLUSTER && !AuthorizerUtils.isClusterResource(name)) {
                results.add(CompletableFuture.completedFuture(
                        refused("The only valid name for the CLUSTER resource is " + Resource.CLUSTER_NAME)));
            } else if (name.isEmpty()) {
                results.add(CompletableFuture.completedFuture(refused("Invalid empty resource name")));
            } else {
                results.add(authorizer
                        .createAcls(context, List.of(binding))
                        .getFirst()
                        .thenApply(CreateAclsHandler::result)
                        .toCompletableFuture());
            }
        }
        return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
                .thenApply(done -> new CreateAclsResponseData()
                        .setResults(
                                results.stream().map(CompletableFuture::join).toList()))
                .thenCompose(services.whenApplied());
    }

    private static AclCreationResult refused(String text) {
        return result(new AclCreateResult(new InvalidRequestException(text)));
    }

    private static AclCreationResult result(AclCreateResult created) {
        AclCreationResult result = new AclCreationResult();
        created.exception().ifPresent(failure -> {
            ApiError error = ApiError.fromThrowable(failure);
            result.setErrorCode(error.error().code()).setErrorMessage(error.message());
        });
        return result;
    }
}
