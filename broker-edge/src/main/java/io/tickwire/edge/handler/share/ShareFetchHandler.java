package io.tickwire.edge.handler.share;

import io.tickwire.edge.agent.Deadlines;
import io.tickwire.edge.handler.ShardHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.ShareSessionLimitReachedException;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchTopic;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.ShareFetchRequest;
import org.apache.kafka.common.requests.ShareFetchResponse;
import org.apache.kafka.common.requests.ShareRequestMetadata;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.server.share.ErroneousAndValidPartitionData;
import org.apache.kafka.server.share.acknowledge.ShareAcknowledgementBatch;
import org.apache.kafka.server.share.context.ShareFetchContext;
import org.apache.kafka.server.share.session.ShareSessionKey;

/** ShareFetch (KIP-932): acknowledges what the request says, then delivers records and locks them for the member. */
public final class ShareFetchHandler implements ShardHandler {
    private static final short FIRST_VERSION_WITH_MODES = 2;
    /** KIP-1206: the number of records is a hard limit. */
    private static final byte RECORD_LIMIT = 1;

    private static final int LONGEST_REFUSAL_MS = 5_000;

    private final ShareMembership members;
    private final SharePartitions shares;
    private final ShareServices services;
    private final ShareResponses responses;
    private final int maxResponseBytes;

    /**
     * Makes the handler of one shard.
     *
     * @param maxResponseBytes fetch.max.bytes
     */
    public ShareFetchHandler(ShareMembership members, int maxResponseBytes) {
        this.members = members;
        this.shares = members.shares();
        this.services = shares.services();
        this.responses = new ShareResponses(services.cache());
        this.maxResponseBytes = maxResponseBytes;
    }

    @Override
    public boolean isLongPoll() {
        return true;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.SHARE_FETCH;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        ShareFetchRequestData data = (ShareFetchRequestData) message;
        short version = context.header.apiVersion();
        services.require(context, data.groupId(), data.memberId());
        boolean renews = version >= FIRST_VERSION_WITH_MODES && data.isRenewAck();
        if (renews) {
            requireNothingWanted(data);
        }
        ShareFetchRequest request = new ShareFetchRequest(data, version);
        List<TopicIdPartition> asked =
                distinct(request.shareFetchData(services.cache().topicIdsToNames()));
        List<TopicIdPartition> forgotten =
                request.forgottenTopics(services.cache().topicIdsToNames());
        ShareSessionKey member = new ShareSessionKey(data.groupId(), data.memberId());
        boolean acknowledges = acknowledges(data);
        ShareFetchContext session;
        try {
            session = members.sessions()
                    .forFetch(member, data.shareSessionEpoch(), asked, forgotten, acknowledges, context.connectionId());
        } catch (ShareSessionLimitReachedException e) {
            // Answered late, so that the member does not ask again at once; but not so late that many such answers pile
            // up.
            shares.counters().sessionsRefused().increment();
            return failLater(e, data.maxWaitMs());
        }
        ErroneousAndValidPartitionData found = session.getErroneousAndValidTopicIdPartitions();
        Set<String> readable = readable(context, found.validTopicIdPartitions(), asked);
        var acknowledged = acknowledges
                ? new Acknowledgements(shares, readable, version, renews)
                        .apply(data.groupId(), data.memberId(), acknowledged(data))
                : CompletableFuture.completedFuture(
                        Map.<TopicIdPartition, ShareAcknowledgeResponseData.PartitionData>of());
        var fetched = renews
                ? CompletableFuture.completedFuture(Map.<TopicIdPartition, PartitionData>of())
                : fetch(data, member, found, readable);
        int lockDurationMs = services.settings(data.groupId()).lockDurationMs();
        return fetched.thenCombine(acknowledged, (partitions, outcomes) -> {
            ShareFetchResponse mentioned = session.updateAndGenerateResponseData(
                    data.groupId(), data.memberId(), new LinkedHashMap<>(partitions));
            if (data.shareSessionEpoch() == ShareRequestMetadata.FINAL_EPOCH) {
                members.leave(member);
            }
            return responses.fetched(mentioned, outcomes, context.listenerName, lockDurationMs);
        });
    }

    /** KIP-1222: a request that renews locks fetches nothing, so that it is answered while the locks still hold. */
    private static void requireNothingWanted(ShareFetchRequestData data) {
        if (data.maxBytes() != 0 || data.minBytes() != 0 || data.maxRecords() != 0 || data.maxWaitMs() != 0) {
            throw new InvalidRequestException(
                    "A request that renews locks must have maxBytes, minBytes, maxRecords and maxWaitMs 0.");
        }
    }

    private static List<TopicIdPartition> distinct(List<TopicIdPartition> partitions) {
        return List.copyOf(new LinkedHashSet<>(partitions));
    }

    private static boolean acknowledges(ShareFetchRequestData data) {
        return data.topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .anyMatch(partition -> !partition.acknowledgementBatches().isEmpty());
    }

    private Set<String> readable(RequestContext context, List<TopicIdPartition> fetched, List<TopicIdPartition> asked) {
        Set<String> topics = new HashSet<>();
        fetched.forEach(partition -> topics.add(partition.topic()));
        asked.forEach(partition -> topics.add(partition.topic()));
        topics.remove(null);
        return services.access()
                .filter(context, AclOperation.READ, ResourceType.TOPIC, topics, Function.identity(), true);
    }

    private Map<TopicIdPartition, List<ShareAcknowledgementBatch>> acknowledged(ShareFetchRequestData data) {
        Map<TopicIdPartition, List<ShareAcknowledgementBatch>> all = new HashMap<>();
        for (FetchTopic topic : data.topics()) {
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

    private CompletableFuture<Map<TopicIdPartition, PartitionData>> fetch(
            ShareFetchRequestData data,
            ShareSessionKey member,
            ErroneousAndValidPartitionData found,
            Set<String> readable) {
        Map<TopicIdPartition, PartitionData> refused = new LinkedHashMap<>(found.erroneous());
        List<LoadedPartition> partitions = new ArrayList<>();
        for (TopicIdPartition partition : rotated(found.validTopicIdPartitions(), data.shareSessionEpoch())) {
            if (!readable.contains(partition.topic())) {
                refused.put(
                        partition, ShareFetchResponse.partitionResponse(partition, Errors.TOPIC_AUTHORIZATION_FAILED));
                continue;
            }
            if (data.maxRecords() <= 0 || data.maxBytes() <= 0) {
                // Nothing is wanted: nothing is loaded.
                continue;
            }
            try {
                partitions.add(shares.open(data.groupId(), partition));
            } catch (ApiException e) {
                refused.put(partition, ShareFetchResponse.partitionResponse(partition, Errors.forException(e)));
            }
        }
        int maxBytes = Math.min(data.maxBytes(), maxResponseBytes);
        PendingShareFetch fetch = new PendingShareFetch(
                shares,
                new ShareFetchParameters(
                        data.memberId(),
                        data.shareAcquireMode() == RECORD_LIMIT,
                        data.maxRecords(),
                        data.batchSize(),
                        data.maxWaitMs(),
                        Math.min(data.minBytes(), maxBytes),
                        maxBytes,
                        services.settings(data.groupId()).isolation()),
                refused);
        partitions.forEach(fetch::add);
        var done = fetch.start(shares.host().nowNs().getAsLong());
        if (!done.isDone()) {
            members.waits(member, fetch);
            var _ = done.whenComplete((response, failure) -> members.answered(member, fetch));
        }
        return done;
    }

    /** Another partition first each time, so that none starves behind the others' records. */
    private static List<TopicIdPartition> rotated(List<TopicIdPartition> partitions, int epoch) {
        int first = partitions.isEmpty() || epoch < 1 ? 0 : epoch % partitions.size();
        List<TopicIdPartition> rotated = new ArrayList<>(partitions.subList(first, partitions.size()));
        rotated.addAll(partitions.subList(0, first));
        return rotated;
    }

    private CompletionStage<ApiMessage> failLater(RuntimeException failure, int delayMs) {
        CompletableFuture<ApiMessage> failed = new CompletableFuture<>();
        shares.host()
                .deadlines()
                .add(
                        new Deadlines.Item() {
                            @Override
                            protected void onDeadline(long nowNs) {
                                failed.completeExceptionally(failure);
                            }
                        },
                        shares.host().nowNs().getAsLong() + Math.clamp(delayMs, 0, LONGEST_REFUSAL_MS) * 1_000_000L);
        return failed;
    }
}
