package io.tickwire.compat.bench.floor;

import io.tickwire.kafka.hot.FetchRequestDecoder;
import io.tickwire.kafka.hot.ProduceRequestDecoder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/** Answers everything that is neither Produce nor Fetch: what a producer, an assigned consumer and an admin client need. */
final class FloorControl {
    private static final int NODE = 1;
    private static final Set<ApiKeys> SERVED = Set.of(
            ApiKeys.PRODUCE,
            ApiKeys.FETCH,
            ApiKeys.LIST_OFFSETS,
            ApiKeys.METADATA,
            ApiKeys.API_VERSIONS,
            ApiKeys.CREATE_TOPICS,
            ApiKeys.DELETE_TOPICS,
            ApiKeys.INIT_PRODUCER_ID);

    private final FloorState state;
    private final String host;
    private final int port;

    FloorControl(FloorState state, String host, int port) {
        this.state = state;
        this.host = host;
        this.port = port;
    }

    /** Returns null for what is not served. */
    ApiMessage answer(AbstractRequest request) {
        return switch (request.apiKey()) {
            case API_VERSIONS -> apiVersions();
            case METADATA -> metadata((MetadataRequestData) request.data());
            case CREATE_TOPICS -> createTopics((CreateTopicsRequestData) request.data());
            case DELETE_TOPICS -> deleteTopics((DeleteTopicsRequestData) request.data());
            case LIST_OFFSETS -> listOffsets((ListOffsetsRequestData) request.data());
            case INIT_PRODUCER_ID ->
                new InitProducerIdResponseData()
                        .setProducerId(state.nextProducerId())
                        .setProducerEpoch((short) 0);
            default -> null;
        };
    }

    private static ApiMessage apiVersions() {
        ApiVersionsResponseData response = new ApiVersionsResponseData();
        for (ApiKeys key : SERVED) {
            short latest = switch (key) {
                case PRODUCE -> ProduceRequestDecoder.MAX_VERSION;
                case FETCH -> FetchRequestDecoder.MAX_VERSION;
                default -> key.latestVersion();
            };
            // Topics by id in Fetch, whose answers are written that way.
            short oldest = key == ApiKeys.FETCH ? 13 : key.oldestVersion();
            response.apiKeys()
                    .add(new ApiVersionsResponseData.ApiVersion()
                            .setApiKey(key.id)
                            .setMinVersion(oldest)
                            .setMaxVersion(latest));
        }
        return response;
    }

    private ApiMessage metadata(MetadataRequestData request) {
        MetadataResponseData response =
                new MetadataResponseData().setClusterId("floor").setControllerId(NODE);
        response.brokers()
                .add(new MetadataResponseData.MetadataResponseBroker()
                        .setNodeId(NODE)
                        .setHost(host)
                        .setPort(port));
        if (request.topics() == null) {
            state.topics().forEach(topic -> response.topics().add(describe(topic)));
            return response;
        }
        for (MetadataRequestData.MetadataRequestTopic asked : request.topics()) {
            FloorTopic topic = asked.name() == null ? state.topic(asked.topicId()) : state.topic(asked.name());
            response.topics()
                    .add(
                            topic != null
                                    ? describe(topic)
                                    : new MetadataResponseTopic()
                                            .setName(asked.name())
                                            .setTopicId(asked.topicId())
                                            .setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code()));
        }
        return response;
    }

    private static MetadataResponseTopic describe(FloorTopic topic) {
        List<MetadataResponsePartition> partitions = new ArrayList<>();
        for (int i = 0; i < topic.partitions().length; i++) {
            partitions.add(new MetadataResponsePartition()
                    .setPartitionIndex(i)
                    .setLeaderId(NODE)
                    .setLeaderEpoch(0)
                    .setReplicaNodes(List.of(NODE))
                    .setIsrNodes(List.of(NODE)));
        }
        return new MetadataResponseTopic()
                .setName(topic.name())
                .setTopicId(topic.id())
                .setPartitions(partitions);
    }

    private ApiMessage createTopics(CreateTopicsRequestData request) {
        CreateTopicsResponseData response = new CreateTopicsResponseData();
        for (CreateTopicsRequestData.CreatableTopic asked : request.topics()) {
            FloorTopic topic = FloorTopic.of(asked.name(), Math.max(1, asked.numPartitions()));
            Errors error = state.create(topic) ? Errors.NONE : Errors.TOPIC_ALREADY_EXISTS;
            response.topics()
                    .add(new CreateTopicsResponseData.CreatableTopicResult()
                            .setName(topic.name())
                            .setTopicId(error == Errors.NONE ? topic.id() : Uuid.ZERO_UUID)
                            .setErrorCode(error.code())
                            .setNumPartitions(topic.partitions().length)
                            .setReplicationFactor((short) 1));
        }
        return response;
    }

    private ApiMessage deleteTopics(DeleteTopicsRequestData request) {
        DeleteTopicsResponseData response = new DeleteTopicsResponseData();
        Collection<FloorTopic> topics = new ArrayList<>();
        request.topics()
                .forEach(asked ->
                        topics.add(asked.name() == null ? state.topic(asked.topicId()) : state.topic(asked.name())));
        request.topicNames().forEach(name -> topics.add(state.topic(name)));
        for (FloorTopic topic : topics) {
            if (topic != null) {
                state.delete(topic);
                response.responses()
                        .add(new DeleteTopicsResponseData.DeletableTopicResult()
                                .setName(topic.name())
                                .setTopicId(topic.id()));
            }
        }
        return response;
    }

    private ApiMessage listOffsets(ListOffsetsRequestData request) {
        ListOffsetsResponseData response = new ListOffsetsResponseData();
        for (ListOffsetsRequestData.ListOffsetsTopic asked : request.topics()) {
            FloorTopic topic = state.topic(asked.name());
            var answered = new ListOffsetsResponseData.ListOffsetsTopicResponse().setName(asked.name());
            for (ListOffsetsRequestData.ListOffsetsPartition partition : asked.partitions()) {
                FloorPartition found = topic == null ? null : topic.partition(partition.partitionIndex());
                long offset = found == null || partition.timestamp() == ListOffsetsRequest.EARLIEST_TIMESTAMP
                        ? 0
                        : found.nextOffset();
                answered.partitions()
                        .add(new ListOffsetsResponseData.ListOffsetsPartitionResponse()
                                .setPartitionIndex(partition.partitionIndex())
                                .setErrorCode((found == null ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.NONE).code())
                                .setLeaderEpoch(0)
                                .setOffset(offset));
            }
            response.topics().add(answered);
        }
        return response;
    }
}
