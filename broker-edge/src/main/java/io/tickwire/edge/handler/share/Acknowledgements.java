package io.tickwire.edge.handler.share;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ShareAcknowledgeResponse;
import org.apache.kafka.server.share.acknowledge.ShareAcknowledgementBatch;

/** What one request acknowledges, of ShareFetch and ShareAcknowledge alike. */
final class Acknowledgements {
    private static final short FIRST_VERSION_WITH_RENEW = 2;

    private final SharePartitions shares;
    private final Set<String> readableTopics;
    private final byte highestType;
    private final boolean renews;

    /**
     * Rules of one request.
     *
     * @param readableTopics topics that the member may read
     * @param version version of the request
     * @param renews whether the request says that it renews locks (KIP-1222)
     */
    Acknowledgements(SharePartitions shares, Set<String> readableTopics, short version, boolean renews) {
        this.shares = shares;
        this.readableTopics = readableTopics;
        this.renews = renews;
        highestType = version >= FIRST_VERSION_WITH_RENEW ? AcknowledgeType.RENEW.id : AcknowledgeType.REJECT.id;
    }

    /** Applies them; the future completes, with an outcome for each partition, on the shard's thread. */
    CompletableFuture<Map<TopicIdPartition, PartitionData>> apply(
            String groupId, String memberId, Map<TopicIdPartition, List<ShareAcknowledgementBatch>> acknowledged) {
        Map<TopicIdPartition, PartitionData> refused = new LinkedHashMap<>();
        Map<TopicIdPartition, PartitionData> empty = new LinkedHashMap<>();
        Map<TopicIdPartition, CompletableFuture<Throwable>> outcomes = new HashMap<>();
        acknowledged.forEach((partition, batches) -> {
            Errors error = check(partition, batches);
            if (error != Errors.NONE) {
                refused.put(partition, ShareAcknowledgeResponse.partitionResponse(partition, error));
            } else if (batches.isEmpty()) {
                empty.put(partition, ShareAcknowledgeResponse.partitionResponse(partition, Errors.NONE));
            } else {
                outcomes.put(partition, shares.acknowledge(groupId, memberId, partition, batches));
            }
        });
        if (outcomes.isEmpty()) {
            // As Kafka: where nothing is acknowledged, nothing is said of partitions without acknowledgements.
            return CompletableFuture.completedFuture(refused);
        }
        return CompletableFuture.allOf(outcomes.values().toArray(CompletableFuture[]::new))
                .thenApply(ignored -> {
                    Map<TopicIdPartition, PartitionData> all = new LinkedHashMap<>(refused);
                    all.putAll(empty);
                    outcomes.forEach((partition, outcome) -> all.put(partition, outcome(partition, outcome.join())));
                    return all;
                });
    }

    private static PartitionData outcome(TopicIdPartition partition, Throwable failure) {
        PartitionData data = new PartitionData().setPartitionIndex(partition.partition());
        return failure == null
                ? data
                : data.setErrorCode(Errors.forException(failure).code()).setErrorMessage(failure.getMessage());
    }

    private Errors check(TopicIdPartition partition, List<ShareAcknowledgementBatch> batches) {
        if (partition.topic() == null) {
            return Errors.UNKNOWN_TOPIC_ID;
        }
        long last = -1;
        for (ShareAcknowledgementBatch batch : batches) {
            if (batch.firstOffset() < last || !isValid(batch)) {
                return Errors.INVALID_REQUEST;
            }
            last = batch.lastOffset();
        }
        if (!readableTopics.contains(partition.topic())) {
            return Errors.TOPIC_AUTHORIZATION_FAILED;
        }
        return shares.services().cache().contains(partition.topicPartition())
                ? Errors.NONE
                : Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }

    private boolean isValid(ShareAcknowledgementBatch batch) {
        List<Byte> types = batch.acknowledgeTypes();
        if (batch.firstOffset() > batch.lastOffset() || types == null || types.isEmpty()) {
            return false;
        }
        if (types.size() > 1 && batch.lastOffset() - batch.firstOffset() != types.size() - 1) {
            return false;
        }
        for (byte type : types) {
            if (type < 0 || type > highestType || (type == AcknowledgeType.RENEW.id && !renews)) {
                return false;
            }
        }
        return true;
    }
}
