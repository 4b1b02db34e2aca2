package io.tickwire.edge.handler.offsets;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TimestampResult;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;

/** DeleteRecords: moves the start of a log. Files are deleted on the way, so it is the conductor's. */
public final class DeleteRecordsHandler implements ControlHandler {
    private static final long NO_LOW_WATERMARK = -1;

    private final LogCatalog catalog;
    private final TimestampResult found = new TimestampResult();

    /** Makes the handler over all logs. */
    public DeleteRecordsHandler(LogCatalog catalog) {
        this.catalog = catalog;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DELETE_RECORDS;
    }

    @Override
    public CompletionStage<ApiMessage> handle(RequestContext context, ApiMessage request) {
        // As Kafka: what is named several times counts as it was named last.
        Map<String, Map<Integer, DeleteRecordsPartition>> topics = new LinkedHashMap<>();
        for (DeleteRecordsTopic topic : ((DeleteRecordsRequestData) request).topics()) {
            Map<Integer, DeleteRecordsPartition> partitions =
                    topics.computeIfAbsent(topic.name(), name -> new LinkedHashMap<>());
            topic.partitions().forEach(asked -> partitions.put(asked.partitionIndex(), asked));
        }
        DeleteRecordsResponseData response = new DeleteRecordsResponseData();
        topics.forEach((name, partitions) -> {
            DeleteRecordsTopicResult result = new DeleteRecordsTopicResult().setName(name);
            partitions.values().forEach(asked -> result.partitions().add(delete(name, asked)));
            response.topics().add(result);
        });
        return CompletableFuture.completedFuture(response);
    }

    private DeleteRecordsPartitionResult delete(String topic, DeleteRecordsPartition asked) {
        DeleteRecordsPartitionResult result = new DeleteRecordsPartitionResult()
                .setPartitionIndex(asked.partitionIndex())
                .setLowWatermark(NO_LOW_WATERMARK);
        if (Topic.isInternal(topic)) {
            return result.setErrorCode(KafkaErrors.INVALID_TOPIC_EXCEPTION);
        }
        PartitionLog log = catalog.get(topic, asked.partitionIndex());
        if (log == null) {
            return result.setErrorCode(KafkaErrors.UNKNOWN_TOPIC_OR_PARTITION);
        }
        short error = log.deleteRecordsBefore(asked.offset(), found);
        return error == KafkaErrors.NONE ? result.setLowWatermark(found.offset()) : result.setErrorCode(error);
    }
}
