package io.tickwire.edge.metadata;

import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.PartitionLog;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.util.PartitionMetadataClient;

/** Where partitions end, read from their logs. Any thread. */
public final class LatestOffsets implements PartitionMetadataClient {
    private static final long UNKNOWN = -1;

    private final LogCatalog catalog;

    /** Reads the logs of {@code catalog}. */
    public LatestOffsets(LogCatalog catalog) {
        this.catalog = catalog;
    }

    @Override
    public Map<TopicPartition, CompletableFuture<OffsetResponse>> listLatestOffsets(Set<TopicPartition> partitions) {
        Map<TopicPartition, CompletableFuture<OffsetResponse>> answers = new HashMap<>();
        for (TopicPartition partition : partitions) {
            PartitionLog log = catalog.get(partition.topic(), partition.partition());
            OffsetResponse answer = log == null
                    ? new OffsetResponse(UNKNOWN, Errors.UNKNOWN_TOPIC_OR_PARTITION)
                    : new OffsetResponse(log.highWatermark(), Errors.NONE);
            answers.put(partition, CompletableFuture.completedFuture(answer));
        }
        return answers;
    }

    @Override
    public void close() {}
}
