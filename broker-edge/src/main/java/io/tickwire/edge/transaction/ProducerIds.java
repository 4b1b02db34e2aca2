package io.tickwire.edge.transaction;

import io.tickwire.edge.metadata.ClusterMetadata;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
import org.apache.kafka.common.message.AllocateProducerIdsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.metadata.KRaftMetadataCache;

/**
 * Hands out producer ids from blocks that the controller allocates and remembers. Any thread.
 *
 * <p>What is left of a block when the broker stops is never used, so an id is given once.
 */
public final class ProducerIds {
    private static final int WAITING_LIMIT = 100_000;

    private final Supplier<ClusterMetadata> source;
    private final KRaftMetadataCache cache;
    private final Queue<CompletableFuture<Long>> waiting = new ArrayDeque<>();
    private long next;
    private long end;
    private boolean asking;

    /** Allocates from {@code metadata}'s controller, as the broker that {@code cache} shows. */
    public ProducerIds(Supplier<ClusterMetadata> metadata, KRaftMetadataCache cache) {
        this.source = metadata;
        this.cache = cache;
    }

    /** The next id; fails with Kafka's error when the controller gives no block. */
    public CompletionStage<Long> next() {
        CompletableFuture<Long> answer = new CompletableFuture<>();
        synchronized (this) {
            if (next < end) {
                return CompletableFuture.completedStage(next++);
            }
            if (waiting.size() >= WAITING_LIMIT) {
                return CompletableFuture.failedStage(Errors.COORDINATOR_LOAD_IN_PROGRESS.exception());
            }
            waiting.add(answer);
            if (asking) {
                return answer;
            }
            asking = true;
        }
        ask();
        return answer;
    }

    private void ask() {
        ClusterMetadata metadata = source.get();
        int nodeId = metadata.identity().nodeId();
        CompletionStage<AllocateProducerIdsResponseData> block = metadata.controller()
                .allocateProducerIds(
                        ClusterMetadata.context(),
                        new AllocateProducerIdsRequestData()
                                .setBrokerId(nodeId)
                                .setBrokerEpoch(
                                        cache.getAliveBrokerEpoch(nodeId).orElse(-1L)));
        block.whenComplete(this::received);
    }

    private void received(AllocateProducerIdsResponseData block, Throwable failure) {
        Throwable cause = failure != null || block.errorCode() == Errors.NONE.code()
                ? failure
                : Errors.forCode(block.errorCode()).exception();
        while (true) {
            CompletableFuture<Long> waiter;
            long id = -1;
            synchronized (this) {
                if (cause == null && block != null) {
                    next = block.producerIdStart();
                    end = next + block.producerIdLen();
                    block = null;
                }
                boolean served = cause != null || next < end;
                waiter = served ? waiting.poll() : null;
                if (waiter == null) {
                    asking = !waiting.isEmpty();
                    if (!asking) {
                        return;
                    }
                    break;
                }
                if (cause == null) {
                    id = next++;
                }
            }
            if (cause == null) {
                waiter.complete(id);
            } else {
                waiter.completeExceptionally(cause);
            }
        }
        ask();
    }
}
