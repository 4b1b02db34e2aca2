package io.tickwire.edge.metadata;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries metadata changes from the loader's thread to the control thread, one after another.
 *
 * <p>A change shows in the cache only when every listener is done with it, so a topic that a client can see is a topic
 * that can be written.
 */
public final class ImageFeed implements MetadataPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(ImageFeed.class);
    private static final long RETRY_NS = 1_000_000;

    private final Executor control;
    private final KRaftMetadataCache cache;
    private final List<ImageListener> listeners;
    private final ArrayDeque<Change> pending = new ArrayDeque<>();
    private final PriorityQueue<Waiter> waiters = new PriorityQueue<>(Comparator.comparingLong(Waiter::offset));
    private boolean busy;
    private long appliedOffset = -1;

    private record Change(MetadataDelta delta, MetadataImage image) {}

    private record Waiter(long offset, CompletableFuture<Void> done) {}

    /**
     * Builds the feed.
     *
     * @param control runs everything below on the control thread, in order
     * @param cache shown to clients
     * @param listeners called in this order
     */
    public ImageFeed(Executor control, KRaftMetadataCache cache, List<ImageListener> listeners) {
        this.control = control;
        this.cache = cache;
        this.listeners = List.copyOf(listeners);
    }

    @Override
    public String name() {
        return "tickwire-image-feed";
    }

    /** On the loader's thread, which waits here while the control thread has no room. */
    @Override
    public void onMetadataUpdate(MetadataDelta delta, MetadataImage newImage, LoaderManifest manifest) {
        Change change = new Change(delta, newImage);
        while (true) {
            try {
                control.execute(() -> {
                    pending.add(change);
                    applyNext();
                });
                return;
            } catch (RejectedExecutionException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                LockSupport.parkNanos(RETRY_NS);
            }
        }
    }

    private void applyNext() {
        Change change = busy ? null : pending.poll();
        if (change == null) {
            return;
        }
        busy = true;
        CompletionStage<Void> done = CompletableFuture.completedStage(null);
        for (ImageListener listener : listeners) {
            done = done.thenComposeAsync(ignored -> listener.onImage(change.delta, change.image), this::onControl);
        }
        done.whenCompleteAsync((ignored, failure) -> applied(change, failure), this::onControl);
    }

    private void onControl(Runnable task) {
        control.execute(task);
    }

    private void applied(Change change, Throwable failure) {
        if (failure != null) {
            LOG.error("metadata: change up to offset {} is not fully in effect", change.image.offset(), failure);
        }
        cache.setImage(change.image);
        appliedOffset = change.image.offset();
        while (!waiters.isEmpty() && waiters.peek().offset <= appliedOffset) {
            waiters.poll().done.complete(null);
        }
        busy = false;
        applyNext();
    }

    /** Nothing to close: changes already handed over are applied. */
    @Override
    public void close() {}

    /**
     * Completes when all changes up to a metadata offset are in effect; any thread.
     *
     * @param offset as of {@link ClusterMetadata#committedOffset()}
     */
    public CompletionStage<Void> applied(long offset) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        control.execute(() -> {
            if (offset <= appliedOffset) {
                done.complete(null);
            } else {
                waiters.add(new Waiter(offset, done));
            }
        });
        return done;
    }
}
