package io.tickwire.edge.agent;

import io.tickwire.storage.log.AppendListener;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * {@link PartitionDirectory} of all shards: each has a view of every partition, and one of them, by {@link Placement}, owns it.
 */
public final class ShardDirectory implements PartitionDirectory {
    private static final int NO_SHARD = -1;

    private final List<Shard> shards;
    private final Placement placement;
    private final List<PartitionObserver> observers;
    private final LogOpener opener;

    /** Makes the directory of the shards, which lie by their numbers. */
    public ShardDirectory(List<Shard> shards, List<PartitionObserver> observers, LogOpener opener) {
        this.shards = List.copyOf(shards);
        this.opener = opener;
        this.observers = List.copyOf(observers);
        placement = new Placement(shards.size());
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
        boolean isShards = spec.owner() == PartitionSpec.Owner.SHARD;
        if (isShards) {
            opener.openAhead(spec.log());
        }
        int owner = isShards ? placement.owner(spec.topicId(), spec.partition()) : NO_SHARD;
        PartitionShare share = new PartitionShare(spec, owner, shards.size());
        if (!isShards) {
            spec.log().highWatermarkListener((log, highWatermark) -> share.advanced(shards));
        }
        return onEveryShard(shard -> {
            ShardPartition view = share.view(shard.index());
            if (view.isOwned()) {
                own(shard, view, share, listeners);
            }
            shard.partitions().add(view);
            view.markServed();
        });
    }

    private void own(Shard shard, ShardPartition view, PartitionShare share, List<AppendListener> listeners) {
        PartitionLog log = view.log();
        view.owns(new HeldAppends(log, shard, opener));
        log.bindOwner();
        log.highWatermarkListener((changed, highWatermark) -> {
            view.advanced();
            share.advanced(shard.peers());
        });
        log.appendListener(chain(view, listeners));
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
        AtomicReference<PartitionSpec> removed = new AtomicReference<>();
        return onEveryShard(shard -> {
                    ShardPartition view = shard.partitions().remove(topicId, number);
                    if (view != null) {
                        drop(view);
                        removed.set(view.spec());
                    }
                })
                .thenRun(() -> {
                    if (removed.get() != null) {
                        observers.forEach(observer -> observer.closed(removed.get()));
                    }
                });
    }

    private static void drop(ShardPartition view) {
        view.markRemoved();
        if (view.isOwned()) {
            view.log().appendListener(null);
            view.log().highWatermarkListener(null);
        }
    }

    @Override
    public CompletionStage<Void> leaderEpoch(Uuid topicId, int number, int leaderEpoch) {
        return onEveryShard(shard -> find(shard, topicId, number).leaderEpoch(leaderEpoch));
    }

    @Override
    public <T> CompletionStage<T> onOwner(Uuid topicId, int number, Function<PartitionLog, T> function) {
        CompletableFuture<T> done = new CompletableFuture<>();
        CompletableFuture<Void> _ = on(shards.get(placement.owner(topicId, number)), shard -> {
                    ShardPartition owned = find(shard, topicId, number);
                    Runnable apply = () -> complete(done, () -> function.apply(owned.log()));
                    if (owned.mustHold()) {
                        owned.hold(apply);
                    } else {
                        apply.run();
                    }
                    return (Void) null;
                })
                .exceptionally(failure -> {
                    done.completeExceptionally(failure);
                    return null;
                });
        return done;
    }

    /** A log is on the device up to what was appended: acknowledgements that waited go out. Any thread. */
    public void synced(PartitionLog log) {
        TopicKey key = log.key();
        shards.get(placement.owner(key.topicIdMsb(), key.topicIdLsb(), key.partition()))
                .synced(log);
    }

    private static ShardPartition find(Shard shard, Uuid topicId, int number) {
        PartitionTable.Topic topic = shard.partitions().byId(topicId);
        ShardPartition partition = topic == null ? null : topic.partition(number);
        if (partition == null) {
            throw new UnknownTopicOrPartitionException("no partition " + number + " of topic " + topicId);
        }
        return partition;
    }

    private CompletionStage<Void> onEveryShard(Consumer<Shard> action) {
        List<CompletableFuture<Void>> done = new ArrayList<>();
        for (Shard one : shards) {
            done.add(on(one, shard -> {
                action.accept(shard);
                return null;
            }));
        }
        return CompletableFuture.allOf(done.toArray(new CompletableFuture<?>[0]));
    }

    private static <T> CompletableFuture<T> on(Shard shard, Function<Shard, T> action) {
        CompletableFuture<T> done = new CompletableFuture<>();
        boolean posted = shard.post(() -> complete(done, () -> action.apply(shard)));
        if (!posted) {
            done.completeExceptionally(new IllegalStateException("the shard has ended"));
        }
        return done;
    }

    private static <T> void complete(CompletableFuture<T> done, Supplier<T> action) {
        try {
            done.complete(action.get());
        } catch (RuntimeException e) {
            done.completeExceptionally(e);
        }
    }
}
