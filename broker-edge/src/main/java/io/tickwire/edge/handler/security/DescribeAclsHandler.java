package io.tickwire.edge.handler.security;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.handler.cluster.ClusterServices;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeAclsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeAclsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.server.authorizer.Authorizer;

/** DescribeAcls. */
public final class DescribeAclsHandler implements ControlHandler {
    private final ClusterServices services;

    /** Serves through {@code services}. */
    public DescribeAclsHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DESCRIBE_ACLS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        DescribeAclsRequestData request = (DescribeAclsRequestData) message;
        services.access().requireCluster(context, AclOperation.DESCRIBE);
        Authorizer authorizer = services.access().authorizer().orElse(null);
        if (authorizer == null) {
            return CompletableFuture.completedStage(new DescribeAclsResponseData()
                    .setErrorCode(Errors.SECURITY_DISABLED.code())
                    .setErrorMessage("No Authorizer is configured on the broker"));
        }
        DescribeAclsResponseData response = new DescribeAclsResponseData()
                .setResources(DescribeAclsResponse.aclsResources(authorizer.acls(filter(request))));
        // The constructor checks that the version can say what the list holds.
        return CompletableFuture.completedStage(new DescribeAclsResponse(response, context.apiVersion()).data());
    }

    private static AclBindingFilter filter(DescribeAclsRequestData request) {
        return new AclBindingFilter(
                new ResourcePatternFilter(
                        ResourceType.fromCode(request.resourceTypeFilter()),
                        request.resourceNameFilter(),
                        PatternType.fromCode(request.patternTypeFilter())),
                new AccessControlEntryFilter(
                        request.principalFilter(),
                        request.hostFilter(),
                        AclOperation.fromCode(request.operation()),
                        AclPermissionType.fromCode(request.permissionType())));
    }
}
