package io.tickwire.edge.handler.group;

import io.tickwire.edge.handler.ControlHandler;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResultCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.BufferSupplier;

/** DeleteGroups of any protocol. */
public final class DeleteGroupsHandler implements ControlHandler {
    private final GroupServices services;

    /** Serves through {@code services}. */
    public DeleteGroupsHandler(GroupServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DELETE_GROUPS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        Set<String> names = new LinkedHashSet<>(((DeleteGroupsRequestData) message).groupsNames());
        Set<String> allowed = services.access()
                .filter(context, AclOperation.DELETE, ResourceType.GROUP, names, Function.identity(), true);
        List<String> deletable = new ArrayList<>(names);
        deletable.retainAll(allowed);
        return services.coordinator()
                .deleteGroups(context, deletable, BufferSupplier.NO_CACHING)
                .exceptionally(failure -> allFailed(deletable, Errors.forException(failure)))
                .thenApply(results -> {
                    for (String name : names) {
                        if (!allowed.contains(name)) {
                            results.add(failed(name, Errors.GROUP_AUTHORIZATION_FAILED));
                        }
                    }
                    return new DeleteGroupsResponseData().setResults(results);
                });
    }

    private static DeletableGroupResultCollection allFailed(List<String> names, Errors error) {
        DeletableGroupResultCollection results = new DeletableGroupResultCollection();
        names.forEach(name -> results.add(failed(name, error)));
        return results;
    }

    private static DeletableGroupResult failed(String name, Errors error) {
        return new DeletableGroupResult().setGroupId(name).setErrorCode(error.code());
    }
}
