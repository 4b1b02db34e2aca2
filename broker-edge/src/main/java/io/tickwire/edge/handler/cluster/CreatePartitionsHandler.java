package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.server.quota.ControllerMutationQuota;

/** CreatePartitions: more partitions for existing topics. */
public final class CreatePartitionsHandler implements ControlHandler {
    private static final short FIRST_WITH_QUOTA_ERROR = 3;

    private final ClusterServices services;

    /** Creates through {@code services}. */
    public CreatePartitionsHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.CREATE_PARTITIONS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        CreatePartitionsRequestData request = (CreatePartitionsRequestData) message;
        List<CreatePartitionsTopicResult> refused = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Set<String> duplicates = new HashSet<>();
        for (CreatePartitionsTopic topic : request.topics()) {
            if (!names.add(topic.name())) {
                duplicates.add(topic.name());
            }
        }
        names.removeAll(duplicates);
        duplicates.forEach(name -> refused.add(new CreatePartitionsTopicResult()
                .setName(name)
                .setErrorCode(Errors.INVALID_REQUEST.code())
                .setErrorMessage("Duplicate topic name.")));
        Set<String> allowed = services.access()
                .filter(context, AclOperation.ALTER, ResourceType.TOPIC, names, Function.identity(), true);
        List<CreatePartitionsTopic> topics = new ArrayList<>();
        for (String name : names) {
            if (allowed.contains(name)) {
                topics.add(request.topics().find(name));
            } else {
                refused.add(new CreatePartitionsTopicResult()
                        .setName(name)
                        .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code()));
            }
        }
        ControllerMutationQuota quota = services.mutations(context, FIRST_WITH_QUOTA_ERROR);
        return services.controller()
                .createPartitions(
                        ClusterServices.within(context, request.timeoutMs(), quota), topics, request.validateOnly())
                .thenApply(results -> {
                    List<CreatePartitionsTopicResult> all = new ArrayList<>(refused);
                    all.addAll(results);
                    return new CreatePartitionsResponseData().setResults(all).setThrottleTimeMs(quota.throttleTime());
                })
                .thenCompose(services.whenApplied());
    }
}
