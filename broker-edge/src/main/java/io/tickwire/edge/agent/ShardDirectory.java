package io.tickwire.edge.agent;

import io.tickwire.storage.log.AppendListener;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** {@link PartitionDirectory} of one shard. */
public final class ShardDirectory implements PartitionDirectory {
    private final Shard shard;
    private final List<PartitionObserver> observers;

    /** Makes the directory of a shard. */
    public ShardDirectory(Shard shard, List<PartitionObserver> observers) {
        this.shard = shard;
        this.observers = List.copyOf(observers);
    }

    @Override
    public CompletionStage<Void> add(PartitionSpec spec) {
        List<AppendListener> listeners = new ArrayList<>();
        for (PartitionObserver observer : observers) {
            AppendListener listener = observer.opening(spec);
            if (listener != null) {
                listeners.add(listener);
            }
        }
        if (spec.owner() == PartitionSpec.Owner.SHARD) {
            // Opens the journal here, so that the shard does not wait for it at the first append.
            spec.log().prepare(System.currentTimeMillis());
        }
        return onShard(() -> {
            ShardPartition partition = new ShardPartition(spec);
            PartitionLog log = spec.log();
            if (partition.isWritable()) {
                log.bindOwner();
                log.highWatermarkListener((changed, highWatermark) -> partition.advanced());
                log.appendListener(chain(partition, listeners));
            } else {
                log.highWatermarkListener(new RemoteAdvance(partition));
            }
            shard.partitions().add(partition);
            return null;
        });
    }

    private static AppendListener chain(ShardPartition partition, List<AppendListener> listeners) {
        AppendListener[] all = listeners.toArray(new AppendListener[0]);
        return (log, baseOffset, lastOffset, batchAddress, batchLength) -> {
            partition.appended(batchLength);
            for (AppendListener listener : all) {
                listener.onAppend(log, baseOffset, lastOffset, batchAddress, batchLength);
            }
        };
    }

    @Override
    public CompletionStage<Void> remove(Uuid topicId, int number) {
        CompletionStage<ShardPartition> removed = onShard(() -> {
            ShardPartition partition = shard.partitions().remove(topicId, number);
            if (partition != null) {
                partition.markRemoved();
                if (partition.isWritable()) {
                    partition.log().appendListener(null);
                    partition.log().highWatermarkListener(null);
                }
            }
            return partition;
        });
        return removed.thenAccept(partition -> {
            if (partition != null) {
                observers.forEach(observer -> observer.closed(partition.spec()));
            }
        });
    }

    @Override
    public CompletionStage<Void> leaderEpoch(Uuid topicId, int number, int leaderEpoch) {
        return onShard(() -> {
            find(topicId, number).leaderEpoch(leaderEpoch);
            return null;
        });
    }

    @Override
    public CompletionStage<Void> settings(Uuid topicId, LogSettings settings) {
        return onShard(() -> {
            for (ShardPartition partition : shard.partitions().all()) {
                if (partition.isWritable() && partition.spec().topicId().equals(topicId)) {
                    partition.log().updateSettings(settings);
                }
            }
            return null;
        });
    }

    @Override
    public <T> CompletionStage<T> onOwner(Uuid topicId, int number, Function<PartitionLog, T> function) {
        return onShard(() -> function.apply(find(topicId, number).log()));
    }

    private ShardPartition find(Uuid topicId, int number) {
        PartitionTable.Topic topic = shard.partitions().byId(topicId);
        ShardPartition partition = topic == null ? null : topic.partition(number);
        if (partition == null) {
            throw new UnknownTopicOrPartitionException("no partition " + number + " of topic " + topicId);
        }
        return partition;
    }

    private <T> CompletionStage<T> onShard(Supplier<T> action) {
        CompletableFuture<T> done = new CompletableFuture<>();
        boolean posted = shard.post(() -> {
            try {
                done.complete(action.get());
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        if (!posted) {
            done.completeExceptionally(new IllegalStateException("the shard has ended"));
        }
        return done;
    }

    /** Tells the shard, from the coordinator's thread, that a log it reads has grown; one message at a time. */
    private final class RemoteAdvance implements io.tickwire.storage.log.HighWatermarkListener {
        private final ShardPartition partition;
        private final AtomicBoolean posted = new AtomicBoolean();

        RemoteAdvance(ShardPartition partition) {
            this.partition = partition;
        }

        @Override
        public void onHighWatermark(PartitionLog log, long highWatermark) {
            if (!posted.getAndSet(true)) {
                boolean _ = shard.post(() -> {
                    posted.set(false);
                    partition.advanced();
                });
            }
        }
    }
}
