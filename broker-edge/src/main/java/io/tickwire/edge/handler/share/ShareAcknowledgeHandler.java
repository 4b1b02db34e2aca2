package io.tickwire.edge.handler.share;

import io.tickwire.edge.handler.ShardHandler;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData.AcknowledgeTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.ShareRequestMetadata;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.server.share.acknowledge.ShareAcknowledgementBatch;
import org.apache.kafka.server.share.session.ShareSessionKey;

/** ShareAcknowledge (KIP-932): settles, releases or renews what a member has, without fetching more. */
public final class ShareAcknowledgeHandler implements ShardHandler {
    private final ShareMembership members;
    private final ShareServices services;
    private final ShareResponses responses;

    /** Makes the handler of one shard. */
    public ShareAcknowledgeHandler(ShareMembership members) {
        this.members = members;
        this.services = members.shares().services();
        this.responses = new ShareResponses(services.cache());
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.SHARE_ACKNOWLEDGE;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        ShareAcknowledgeRequestData data = (ShareAcknowledgeRequestData) message;
        services.require(context, data.groupId(), data.memberId());
        ShareSessionKey member = new ShareSessionKey(data.groupId(), data.memberId());
        members.sessions().forAcknowledge(member, data.shareSessionEpoch());
        Map<TopicIdPartition, List<ShareAcknowledgementBatch>> acknowledged = acknowledged(data);
        Set<String> topics = new HashSet<>();
        acknowledged.keySet().forEach(partition -> topics.add(partition.topic()));
        topics.remove(null);
        Set<String> readable = services.access()
                .filter(context, AclOperation.READ, ResourceType.TOPIC, topics, Function.identity(), true);
        int lockDurationMs = services.settings(data.groupId()).lockDurationMs();
        return new Acknowledgements(members.shares(), readable, context.header.apiVersion(), data.isRenewAck())
                .apply(data.groupId(), data.memberId(), acknowledged)
                .thenApply(outcomes -> {
                    if (data.shareSessionEpoch() == ShareRequestMetadata.FINAL_EPOCH) {
                        members.leave(member);
                    }
                    return responses.acknowledged(outcomes, context.listenerName, lockDurationMs);
                });
    }

    private Map<TopicIdPartition, List<ShareAcknowledgementBatch>> acknowledged(ShareAcknowledgeRequestData data) {
        Map<TopicIdPartition, List<ShareAcknowledgementBatch>> all = new HashMap<>();
        for (AcknowledgeTopic topic : data.topics()) {
            String name = services.cache().getTopicName(topic.topicId()).orElse(null);
            for (var partition : topic.partitions()) {
                all.put(
                        new TopicIdPartition(topic.topicId(), partition.partitionIndex(), name),
                        partition.acknowledgementBatches().stream()
                                .map(batch -> new ShareAcknowledgementBatch(
                                        batch.firstOffset(), batch.lastOffset(), batch.acknowledgeTypes()))
                                .toList());
            }
        }
        return all;
    }
}
