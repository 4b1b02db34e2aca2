package io.tickwire.compat.differential;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData.AcknowledgePartition;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData.AcknowledgeTopic;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchPartition;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchTopic;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** A member of a share group, its requests one by one at one version: sees acquired ranges as the broker gives them. */
final class ShareWire implements AutoCloseable {
    private static final int FINAL_EPOCH = -1;
    private static final long PATIENCE_S = 60;

    private final Probe probe;
    private final WireClient client;
    private final int version;
    private final String memberId = UUID.randomUUID().toString();
    private final Uuid topicId;
    private int epoch;

    /** A member that has joined, of the probe's one topic. */
    ShareWire(Probe probe, int version) throws Exception {
        this.probe = probe;
        this.version = version;
        client = new WireClient(probe.target(), probe.name("member"));
        topicId = Probe.get(probe.admin().describeTopics(List.of(probe.topic())).allTopicNames())
                .get(probe.topic())
                .topicId();
    }

    static ShareWire joined(Probe probe, int version) throws Exception {
        ShareWire member = probe.track(new ShareWire(probe, version));
        member.join();
        return member;
    }

    Uuid topicId() {
        return topicId;
    }

    /** Joins, and waits until the group's coordinator has prepared what is assigned. */
    void join() throws Exception {
        int[] memberEpoch = new int[1];
        boolean assigned = Probe.eventually(() -> {
            try {
                // Creates the coordinator's topic on a broker that nobody has asked yet.
                var _ = client.ask(
                        ApiKeys.FIND_COORDINATOR,
                        new FindCoordinatorRequestData().setCoordinatorKeys(List.of(group())),
                        6,
                        FindCoordinatorResponseData.class);
                ShareGroupHeartbeatResponseData answer = client.ask(
                        ApiKeys.SHARE_GROUP_HEARTBEAT,
                        new ShareGroupHeartbeatRequestData()
                                .setGroupId(group())
                                .setMemberId(memberId)
                                .setMemberEpoch(memberEpoch[0])
                                .setSubscribedTopicNames(List.of(probe.topic())),
                        1,
                        ShareGroupHeartbeatResponseData.class);
                memberEpoch[0] = answer.errorCode() == Errors.NONE.code() ? answer.memberEpoch() : 0;
                return answer.assignment() != null
                        && !answer.assignment().topicPartitions().isEmpty();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        if (!assigned) {
            throw new IllegalStateException("nothing was assigned");
        }
    }

    /** Leaves the group. */
    void leave() throws IOException {
        var _ = client.ask(
                ApiKeys.SHARE_GROUP_HEARTBEAT,
                new ShareGroupHeartbeatRequestData()
                        .setGroupId(group())
                        .setMemberId(memberId)
                        .setMemberEpoch(FINAL_EPOCH),
                1,
                ShareGroupHeartbeatResponseData.class);
    }

    private String group() {
        return probe.name("share");
    }

    /** Appends one batch for each count, to a partition. */
    static void produce(Probe probe, int partition, int... counts) throws Exception {
        try (WireClient producer = new WireClient(probe.target(), probe.name("producer"))) {
            for (int count : counts) {
                SimpleRecord[] records = new SimpleRecord[count];
                for (int i = 0; i < count; i++) {
                    records[i] = new SimpleRecord(1L + i, null, ("value " + i).getBytes(StandardCharsets.UTF_8));
                }
                ProduceRequestData request =
                        new ProduceRequestData().setAcks((short) -1).setTimeoutMs(10_000);
                request.topicData()
                        .add(new ProduceRequestData.TopicProduceData()
                                .setName(probe.topic())
                                .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                                        .setIndex(partition)
                                        .setRecords(MemoryRecords.withRecords(Compression.NONE, records)))));
                ProduceResponseData answer = producer.ask(ApiKeys.PRODUCE, request, 12, ProduceResponseData.class);
                short error = answer.responses()
                        .iterator()
                        .next()
                        .partitionResponses()
                        .getFirst()
                        .errorCode();
                if (error != Errors.NONE.code()) {
                    throw Errors.forCode(error).exception();
                }
            }
        }
    }

    /** Opens a session on partitions of the topic, and fetches. */
    String open(int... partitions) throws IOException {
        return open(request -> {}, partitions);
    }

    /** Opens a session and fetches nothing. */
    String openIdle(int... partitions) throws IOException {
        return open(request -> request.setMaxRecords(0), partitions);
    }

    String open(Consumer<ShareFetchRequestData> change, int... partitions) throws IOException {
        epoch = 0;
        return fetch(change.andThen(request -> {
            FetchTopic topic = topic(request, topicId);
            for (int partition : partitions) {
                topic.partitions().add(new FetchPartition().setPartitionIndex(partition));
            }
        }));
    }

    private static FetchTopic topic(ShareFetchRequestData request, Uuid id) {
        FetchTopic topic = request.topics().find(id);
        if (topic == null) {
            topic = new FetchTopic().setTopicId(id);
            request.topics().add(topic);
        }
        return topic;
    }

    /** Fetches within the session. */
    String fetch() throws IOException {
        return fetch(request -> {});
    }

    /** Fetches until something is acquired, for {@value #PATIENCE_S} s at most. */
    String fetchSomething() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        String seen;
        do {
            seen = fetch();
        } while (!seen.contains("acquired") && System.nanoTime() - deadline < 0);
        return seen;
    }

    String fetch(Consumer<ShareFetchRequestData> change) throws IOException {
        ShareFetchRequestData request = new ShareFetchRequestData()
                .setGroupId(group())
                .setMemberId(memberId)
                .setShareSessionEpoch(epoch)
                .setMaxWaitMs(300)
                .setMinBytes(1)
                .setMaxBytes(1 << 20)
                .setMaxRecords(500)
                .setBatchSize(500);
        change.accept(request);
        ShareFetchResponseData answer = client.ask(ApiKeys.SHARE_FETCH, request, version, ShareFetchResponseData.class);
        advance(request.shareSessionEpoch(), answer.errorCode());
        return text(answer);
    }

    private void advance(int sent, short error) {
        if (error == Errors.NONE.code()) {
            epoch = sent + 1;
        }
    }

    /** Adds an acknowledgement to a fetch. */
    Consumer<ShareFetchRequestData> acknowledging(int partition, long first, long last, int... types) {
        return request -> {
            FetchTopic topic = topic(request, topicId);
            FetchPartition found = topic.partitions().find(partition);
            if (found == null) {
                found = new FetchPartition().setPartitionIndex(partition);
                topic.partitions().add(found);
            }
            found.acknowledgementBatches()
                    .add(new ShareFetchRequestData.AcknowledgementBatch()
                            .setFirstOffset(first)
                            .setLastOffset(last)
                            .setAcknowledgeTypes(bytes(types)));
        };
    }

    /** Makes a fetch one that renews (KIP-1222). */
    static void renews(ShareFetchRequestData request) {
        request.setIsRenewAck(true)
                .setMaxBytes(0)
                .setMinBytes(0)
                .setMaxRecords(0)
                .setMaxWaitMs(0);
    }

    /** Ends the session with a fetch. */
    String end() throws IOException {
        String seen = fetch(request -> request.setShareSessionEpoch(FINAL_EPOCH));
        epoch = 0;
        return seen;
    }

    /** Acknowledges offsets of partition 0, without a fetch. */
    String acknowledge(long first, long last, int... types) throws IOException {
        return acknowledge(request -> {}, first, last, types);
    }

    String acknowledge(Consumer<ShareAcknowledgeRequestData> change, long first, long last, int... types)
            throws IOException {
        return acknowledge(change, new long[][] {{first, last}}, types);
    }

    String acknowledge(Consumer<ShareAcknowledgeRequestData> change, long[][] ranges, int... types) throws IOException {
        ShareAcknowledgeRequestData request = new ShareAcknowledgeRequestData()
                .setGroupId(group())
                .setMemberId(memberId)
                .setShareSessionEpoch(epoch);
        AcknowledgePartition partition = new AcknowledgePartition().setPartitionIndex(0);
        for (long[] range : ranges) {
            partition
                    .acknowledgementBatches()
                    .add(new ShareAcknowledgeRequestData.AcknowledgementBatch()
                            .setFirstOffset(range[0])
                            .setLastOffset(range[1])
                            .setAcknowledgeTypes(bytes(types)));
        }
        AcknowledgeTopic topic = new AcknowledgeTopic().setTopicId(topicId);
        topic.partitions().add(partition);
        request.topics().add(topic);
        change.accept(request);
        ShareAcknowledgeResponseData answer =
                client.ask(ApiKeys.SHARE_ACKNOWLEDGE, request, version, ShareAcknowledgeResponseData.class);
        advance(request.shareSessionEpoch(), answer.errorCode());
        return text(answer);
    }

    private static List<Byte> bytes(int... types) {
        List<Byte> bytes = new ArrayList<>();
        for (int type : types) {
            bytes.add((byte) type);
        }
        return bytes;
    }

    private static String text(ShareFetchResponseData answer) {
        StringJoiner text = new StringJoiner(", ");
        text.add(Errors.forCode(answer.errorCode()) + " lock " + answer.acquisitionLockTimeoutMs());
        answer.responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .sorted((a, b) -> a.partitionIndex() - b.partitionIndex())
                .forEach(partition -> text.add(text(partition)));
        return text.toString();
    }

    private static String text(ShareFetchResponseData.PartitionData partition) {
        StringJoiner text = new StringJoiner(" ");
        text.add(partition.partitionIndex() + ": " + Errors.forCode(partition.errorCode()));
        text.add("acknowledge " + Errors.forCode(partition.acknowledgeErrorCode()));
        for (ShareFetchResponseData.AcquiredRecords range : partition.acquiredRecords()) {
            text.add("acquired " + range.firstOffset() + "-" + range.lastOffset() + " #" + range.deliveryCount());
        }
        if (partition.records() instanceof MemoryRecords records && records.sizeInBytes() > 0) {
            long first = -1;
            long last = -1;
            for (Record record : records.records()) {
                first = first < 0 ? record.offset() : first;
                last = record.offset();
            }
            text.add("records " + first + "-" + last);
        }
        return text.toString();
    }

    private static String text(ShareAcknowledgeResponseData answer) {
        StringJoiner text = new StringJoiner(", ");
        text.add(Errors.forCode(answer.errorCode()) + " lock " + answer.acquisitionLockTimeoutMs());
        answer.responses()
                .forEach(topic -> topic.partitions()
                        .forEach(partition ->
                                text.add(partition.partitionIndex() + ": " + Errors.forCode(partition.errorCode()))));
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
