package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.PartitionLog;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeQuorumRequest;
import org.apache.kafka.common.requests.RequestContext;

/** DescribeQuorum: a quorum of one, which leads and has everything. */
public final class DescribeQuorumHandler implements ControlHandler {
    private static final short FIRST_WITH_NODES = 2;

    private final ClusterServices services;
    private final LogCatalog catalog;

    /** Answers from {@code services} and the logs of {@code catalog}. */
    public DescribeQuorumHandler(ClusterServices services, LogCatalog catalog) {
        this.services = services;
        this.catalog = catalog;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DESCRIBE_QUORUM;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        DescribeQuorumRequestData request = (DescribeQuorumRequestData) message;
        services.access().requireCluster(context, AclOperation.DESCRIBE);
        if (!isMetadataLog(request)) {
            return CompletableFuture.completedStage(
                    DescribeQuorumRequest.getPartitionLevelErrorResponse(request, Errors.UNKNOWN_TOPIC_OR_PARTITION));
        }
        boolean showsNodes = context.apiVersion() >= FIRST_WITH_NODES;
        DescribeQuorumResponseData response = new DescribeQuorumResponseData();
        DescribeQuorumResponseData.TopicData topic =
                new DescribeQuorumResponseData.TopicData().setTopicName(Topic.CLUSTER_METADATA_TOPIC_NAME);
        topic.partitions().add(quorum(services.metadata().identity().nodeId(), showsNodes));
        response.topics().add(topic);
        if (showsNodes) {
            services.cache()
                    .getAliveBrokerNodes(context.listenerName)
                    .forEach(node -> response.nodes().add(voter(node, context.listenerName.value())));
        }
        return CompletableFuture.completedStage(response);
    }

    private static boolean isMetadataLog(DescribeQuorumRequestData request) {
        if (request.topics().size() != 1) {
            return false;
        }
        DescribeQuorumRequestData.TopicData topic = request.topics().getFirst();
        return topic.topicName().equals(Topic.CLUSTER_METADATA_TOPIC_NAME)
                && topic.partitions().size() == 1
                && topic.partitions().getFirst().partitionIndex() == 0;
    }

    private static DescribeQuorumResponseData.Node voter(Node node, String listener) {
        DescribeQuorumResponseData.Node voter = new DescribeQuorumResponseData.Node().setNodeId(node.id());
        voter.listeners()
                .add(new DescribeQuorumResponseData.Listener()
                        .setName(listener)
                        .setHost(node.host())
                        .setPort(node.port()));
        return voter;
    }

    private DescribeQuorumResponseData.PartitionData quorum(int nodeId, boolean showsDirectory) {
        PartitionLog log = catalog.get(Topic.CLUSTER_METADATA_TOPIC_NAME, 0);
        long end = log.logEndOffset();
        long nowMs = System.currentTimeMillis();
        return new DescribeQuorumResponseData.PartitionData()
                .setPartitionIndex(0)
                .setLeaderId(nodeId)
                .setLeaderEpoch(services.metadata().leaderEpoch())
                .setHighWatermark(end)
                .setCurrentVoters(List.of(new DescribeQuorumResponseData.ReplicaState()
                        .setReplicaId(nodeId)
                        .setReplicaDirectoryId(
                                showsDirectory ? services.metadata().identity().directoryId() : Uuid.ZERO_UUID)
                        .setLogEndOffset(end)
                        .setLastFetchTimestamp(nowMs)
                        .setLastCaughtUpTimestamp(nowMs)));
    }
}
