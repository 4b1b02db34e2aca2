package io.tickwire.edge.handler.share;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData.ShareFetchableTopicResponse;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.ShareAcknowledgeResponse;
import org.apache.kafka.common.requests.ShareFetchResponse;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.metadata.LeaderAndIsr;

/** Puts the responses of share groups together. */
final class ShareResponses {
    private static final int NO_LEADER = -1;

    private final KRaftMetadataCache cache;

    ShareResponses(KRaftMetadataCache cache) {
        this.cache = cache;
    }

    /** Response to a ShareAcknowledge. */
    ShareAcknowledgeResponseData acknowledged(
            Map<TopicIdPartition, ShareAcknowledgeResponseData.PartitionData> outcomes,
            ListenerName listener,
            int lockDurationMs) {
        List<Node> nodes = new ArrayList<>();
        outcomes.forEach((partition, data) -> {
            if (isMoved(data.errorCode())) {
                LeaderAndIsr leader = leader(partition, listener, nodes);
                data.currentLeader().setLeaderId(leader.leader()).setLeaderEpoch(leader.leaderEpoch());
            }
        });
        return ShareAcknowledgeResponse.of(Errors.NONE, 0, new LinkedHashMap<>(outcomes), nodes, lockDurationMs)
                .data();
    }

    /**
     * Response to a ShareFetch.
     *
     * @param session what the session says is to be mentioned
     * @param acknowledged outcomes of what the request acknowledged
     */
    ShareFetchResponseData fetched(
            ShareFetchResponse session,
            Map<TopicIdPartition, ShareAcknowledgeResponseData.PartitionData> acknowledged,
            ListenerName listener,
            int lockDurationMs) {
        LinkedHashMap<TopicIdPartition, ShareFetchResponseData.PartitionData> partitions = new LinkedHashMap<>();
        List<Node> nodes = new ArrayList<>();
        for (ShareFetchableTopicResponse topic : session.data().responses()) {
            String name = cache.getTopicName(topic.topicId()).orElse(null);
            for (ShareFetchResponseData.PartitionData data : topic.partitions()) {
                TopicIdPartition partition = new TopicIdPartition(topic.topicId(), data.partitionIndex(), name);
                if (isMoved(data.errorCode())) {
                    LeaderAndIsr leader = leader(partition, listener, nodes);
                    data.currentLeader().setLeaderId(leader.leader()).setLeaderEpoch(leader.leaderEpoch());
                }
                partitions.put(partition, data);
            }
        }
        ShareFetchResponseData response = ShareFetchResponse.of(session.error(), 0, partitions, nodes, lockDurationMs)
                .data();
        acknowledged.forEach((partition, outcome) -> find(response, partition)
                .setAcknowledgeErrorCode(outcome.errorCode())
                .setAcknowledgeErrorMessage(outcome.errorMessage()));
        return response;
    }

    /** The partition's part of the response; it is added when nothing was fetched of it. */
    private static ShareFetchResponseData.PartitionData find(
            ShareFetchResponseData response, TopicIdPartition partition) {
        Uuid id = partition.topicId();
        ShareFetchableTopicResponse topic = response.responses().find(id);
        if (topic == null) {
            topic = new ShareFetchableTopicResponse().setTopicId(id).setPartitions(new ArrayList<>());
            response.responses().add(topic);
        }
        for (ShareFetchResponseData.PartitionData data : topic.partitions()) {
            if (data.partitionIndex() == partition.partition()) {
                return data;
            }
        }
        ShareFetchResponseData.PartitionData added = new ShareFetchResponseData.PartitionData()
                .setPartitionIndex(partition.partition())
                .setRecords(MemoryRecords.EMPTY);
        topic.partitions().add(added);
        return added;
    }

    private static boolean isMoved(short error) {
        return error == Errors.NOT_LEADER_OR_FOLLOWER.code() || error == Errors.FENCED_LEADER_EPOCH.code();
    }

    private LeaderAndIsr leader(TopicIdPartition partition, ListenerName listener, List<Node> nodes) {
        Optional<LeaderAndIsr> leader = cache.getLeaderAndIsr(partition.topic(), partition.partition());
        leader.flatMap(known -> cache.getAliveBrokerNode(known.leader(), listener))
                .filter(node -> !nodes.contains(node))
                .ifPresent(nodes::add);
        return leader.orElseGet(() -> new LeaderAndIsr(NO_LEADER, List.of()));
    }
}
