package io.tickwire.edge.handler.group;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.handler.group.CoordinatorLocator.Location;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.server.share.SharePartitionKey;

/** FindCoordinator of groups, transactions and share partitions: always this broker, once the internal topic is there. */
public final class FindCoordinatorHandler implements ControlHandler {
    private static final short FIRST_WITH_BATCHES = 4;
    private static final short FIRST_WITH_SHARE = 6;

    private final GroupServices services;
    private final CoordinatorLocator locator;
    private final ToIntFunction<String> transactionPartition;
    private final ToIntFunction<SharePartitionKey> sharePartition;

    /**
     * Builds the handler.
     *
     * @param transactionPartition partition of a transactional id
     * @param sharePartition partition of a share partition's state
     */
    public FindCoordinatorHandler(
            GroupServices services,
            CoordinatorLocator locator,
            ToIntFunction<String> transactionPartition,
            ToIntFunction<SharePartitionKey> sharePartition) {
        this.services = services;
        this.locator = locator;
        this.transactionPartition = transactionPartition;
        this.sharePartition = sharePartition;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.FIND_COORDINATOR;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        FindCoordinatorRequestData request = (FindCoordinatorRequestData) message;
        FindCoordinatorResponseData response = new FindCoordinatorResponseData();
        if (context.apiVersion() < FIRST_WITH_BATCHES) {
            Location found = locate(context, request.keyType(), request.key());
            if (found.error() != Errors.NONE) {
                throw found.error().exception();
            }
            response.setErrorCode(found.error().code())
                    .setErrorMessage(found.error().message())
                    .setNodeId(found.node().id())
                    .setHost(found.node().host())
                    .setPort(found.node().port());
            return CompletableFuture.completedStage(response);
        }
        for (String key : request.coordinatorKeys()) {
            Location found = locate(context, request.keyType(), key);
            response.coordinators()
                    .add(new FindCoordinatorResponseData.Coordinator()
                            .setKey(key)
                            .setErrorCode(found.error().code())
                            .setNodeId(found.node().id())
                            .setHost(found.node().host())
                            .setPort(found.node().port()));
        }
        return CompletableFuture.completedStage(response);
    }

    private Location locate(RequestContext context, byte keyType, String key) {
        return switch (type(keyType)) {
            case GROUP ->
                services.access().allows(context, AclOperation.DESCRIBE, ResourceType.GROUP, key)
                        ? locator.locate(
                                Topic.GROUP_METADATA_TOPIC_NAME,
                                services.coordinator().partitionFor(key),
                                context.listenerName)
                        : Location.refused(Errors.GROUP_AUTHORIZATION_FAILED);
            case TRANSACTION ->
                services.access().allows(context, AclOperation.DESCRIBE, ResourceType.TRANSACTIONAL_ID, key)
                        ? locator.locate(
                                Topic.TRANSACTION_STATE_TOPIC_NAME,
                                transactionPartition.applyAsInt(key),
                                context.listenerName)
                        : Location.refused(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
            case SHARE -> locateShare(context, key);
        };
    }

    private static CoordinatorType type(byte keyType) {
        try {
            return CoordinatorType.forId(keyType);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException("Unknown coordinator type " + keyType, e);
        }
    }

    private Location locateShare(RequestContext context, String key) {
        if (context.apiVersion() < FIRST_WITH_SHARE) {
            return Location.refused(Errors.INVALID_REQUEST);
        }
        services.access().requireCluster(context, AclOperation.CLUSTER_ACTION);
        try {
            SharePartitionKey.validate(key);
        } catch (IllegalArgumentException e) {
            return Location.refused(Errors.INVALID_REQUEST);
        }
        return locator.locate(
                Topic.SHARE_GROUP_STATE_TOPIC_NAME,
                sharePartition.applyAsInt(SharePartitionKey.getInstance(key)),
                context.listenerName);
    }
}
