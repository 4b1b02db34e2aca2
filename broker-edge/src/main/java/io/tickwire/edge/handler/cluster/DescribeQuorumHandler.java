package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.PartitionLog;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;

/** DescribeQuorum: a quorum of one, which leads and has everything. */
public final class DescribeQuorumHandler implements ControlHandler {
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
        DescribeQuorumResponseData response = new DescribeQuorumResponseData();
        int nodeId = services.metadata().identity().nodeId();
        for (DescribeQuorumRequestData.TopicData topic : request.topics()) {
            DescribeQuorumResponseData.TopicData answer =
                    new DescribeQuorumResponseData.TopicData().setTopicName(topic.topicName());
            for (DescribeQuorumRequestData.PartitionData partition : topic.partitions()) {
                boolean known =
                        topic.topicName().equals(Topic.CLUSTER_METADATA_TOPIC_NAME) && partition.partitionIndex() == 0;
                answer.partitions()
                        .add(
                                known
                                        ? quorum(nodeId)
                                        : new DescribeQuorumResponseData.PartitionData()
                                                .setPartitionIndex(partition.partitionIndex())
                                                .setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code()));
            }
            response.topics().add(answer);
        }
        for (Node node : services.cache().getAliveBrokerNodes(context.listenerName)) {
            DescribeQuorumResponseData.Node voter = new DescribeQuorumResponseData.Node().setNodeId(node.id());
            voter.listeners()
                    .add(new DescribeQuorumResponseData.Listener()
                            .setName(context.listenerName.value())
                            .setHost(node.host())
                            .setPort(node.port()));
            response.nodes().add(voter);
        }
        return CompletableFuture.completedStage(response);
    }

    private DescribeQuorumResponseData.PartitionData quorum(int nodeId) {
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
                        .setReplicaDirectoryId(services.metadata().identity().directoryId())
                        .setLogEndOffset(end)
                        .setLastFetchTimestamp(nowMs)
                        .setLastCaughtUpTimestamp(nowMs)));
    }
}
