package io.tickwire.edge.handler.transaction;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.transaction.MarkerWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.requests.WriteTxnMarkersResponse;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;

/** WriteTxnMarkers: how an administrator ends a transaction that hangs. */
public final class WriteTxnMarkersHandler implements ControlHandler {
    private final TransactionServices services;

    /** Serves through {@code services}. */
    public WriteTxnMarkersHandler(TransactionServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.WRITE_TXN_MARKERS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        WriteTxnMarkersRequestData request = (WriteTxnMarkersRequestData) message;
        if (!services.access()
                .allows(context, AclOperation.ALTER, ResourceType.CLUSTER, Resource.CLUSTER_NAME, false)) {
            services.access().requireCluster(context, AclOperation.CLUSTER_ACTION);
        }
        Map<Long, Map<TopicPartition, Errors>> results = new ConcurrentHashMap<>();
        List<CompletableFuture<Void>> writes = new ArrayList<>();
        for (WritableTxnMarker wanted : request.markers()) {
            Set<TopicPartition> partitions = new HashSet<>();
            wanted.topics()
                    .forEach(topic -> topic.partitionIndexes()
                            .forEach(index -> partitions.add(new TopicPartition(topic.name(), index))));
            MarkerWriter.Marker marker = new MarkerWriter.Marker(
                    wanted.producerId(),
                    wanted.producerEpoch(),
                    wanted.coordinatorEpoch(),
                    wanted.transactionResult() ? TransactionResult.COMMIT : TransactionResult.ABORT,
                    wanted.transactionVersion());
            writes.add(services.markers()
                    .write(marker, partitions)
                    .thenAccept(outcomes -> {
                        outcomes.replaceAll((partition, error) -> MarkerWriter.asPartitionError(error));
                        results.merge(wanted.producerId(), outcomes, (all, more) -> {
                            all.putAll(more);
                            return all;
                        });
                    })
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new))
                .thenApply(done -> new WriteTxnMarkersResponse(results).data());
    }
}
