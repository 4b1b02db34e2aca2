package io.tickwire.edge.agent;

import io.tickwire.edge.connection.Connection;
import io.tickwire.edge.connection.ConnectionCounters;
import io.tickwire.edge.connection.ConnectionHost;
import io.tickwire.edge.connection.ConnectionLimits;
import io.tickwire.edge.connection.ConnectionQuota;
import io.tickwire.edge.connection.ConnectionTable;
import io.tickwire.edge.connection.InternalErrors;
import io.tickwire.edge.handler.ConnectionObserver;
import io.tickwire.edge.handler.HandlerTable;
import io.tickwire.edge.metrics.ShardStats;
import io.tickwire.net.transport.Listener;
import io.tickwire.net.transport.Transport;
import io.tickwire.storage.log.PartitionLog;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One core's share of the broker: its transport, its connections, its feeds and the logs of its partitions, all on one
 * thread. Other shards reach it through its ring, everything else through its inbox.
 */
public final class Shard implements Agent, ConnectionHost, ShardContext {
    private static final Logger LOG = LoggerFactory.getLogger(Shard.class);
    private static final int INBOX_LENGTH = 1 << 15;
    private static final int MESSAGES_PER_CYCLE = 64;
    private static final int DEADLINES_PER_CYCLE = 64;
    private static final int LISTEN_BACKLOG = 1024;
    private static final long LONGEST_PARK_NS = 100_000_000L;
    private static final long FULL_INBOX_PARK_NS = 10_000L;

    private final int index;
    private final Transport transport;
    private final ShardPeers peers;
    private final Executor conductor;
    private final ConnectionLimits limits;
    private final ShardStats stats;
    private final long epochOffsetNs;
    private final ManyToOneConcurrentArrayQueue<Runnable> inbox = new ManyToOneConcurrentArrayQueue<>(INBOX_LENGTH);
    /** What the shard posts to itself: it must not wait for room that only it can make. */
    private final ArrayDeque<Runnable> ownMessages = new ArrayDeque<>();

    private final InternalErrors errors = new InternalErrors();
    private final ConnectionCounters counters = new ConnectionCounters();
    private final PartitionTable partitions = new PartitionTable();
    private final Deadlines deadlines = new Deadlines();
    private final LogKeeper logKeeper = new LogKeeper(partitions);
    private final List<ShardTask> tasks = new ArrayList<>();
    private final List<ConnectionObserver> observers = new ArrayList<>();
    private final ReadyList ready = new ReadyList();
    private final ConnectionTable connections;
    private HandlerTable handlers;
    private long nowNs = System.nanoTime();
    private volatile Thread owner;
    private volatile boolean closed;

    /** Finishes what the duty cycle's appends have made ready. */
    @FunctionalInterface
    public interface ReadyWork {
        /** Returns work done. */
        int run(long nowNs);
    }

    /**
     * Makes a shard over a transport, which becomes its own.
     *
     * @param index its number, from 0
     * @param quota connections of all shards together
     * @param stats takes the shard's latencies
     * @param epochOffsetNs epoch time minus monotonic time
     */
    public Shard(
            int index,
            Transport transport,
            Executor conductor,
            ConnectionLimits limits,
            ConnectionQuota quota,
            ShardStats stats,
            long epochOffsetNs) {
        this.index = index;
        this.transport = transport;
        this.conductor = conductor;
        this.limits = limits;
        this.stats = stats;
        this.epochOffsetNs = epochOffsetNs;
        peers = new ShardPeers(index, transport::wakeup, this::post, errors);
        connections = new ConnectionTable(this, quota, index);
    }

    /** Makes the shards of a broker known to each other, before they run. */
    public static void connect(List<Shard> shards) {
        ShardPeers.connect(shards.stream().map(Shard::peers).toList());
    }

    /**
     * Starts to serve: connections, accepted before or after, have their requests answered. From any thread.
     *
     * @param work what to run after each round of I/O
     */
    public CompletableFuture<Void> open(
            HandlerTable table,
            List<ReadyWork> work,
            List<? extends ShardTask> shardTasks,
            List<ConnectionObserver> closeObservers) {
        CompletableFuture<Void> opened = new CompletableFuture<>();
        post(() -> {
            try {
                handlers = table;
                ready.addAll(work);
                observers.addAll(closeObservers);
                for (ShardTask task : shardTasks) {
                    task.onStart(this);
                    tasks.add(task);
                }
                connections.open();
                opened.complete(null);
            } catch (RuntimeException e) {
                opened.completeExceptionally(e);
            }
        });
        return opened;
    }

    /** Listens for clients; from any thread. Done with the bound address, or failed with a TransportException. */
    public CompletableFuture<InetSocketAddress> listen(InetSocketAddress address) {
        CompletableFuture<InetSocketAddress> bound = new CompletableFuture<>();
        post(() -> {
            try {
                Listener listener = transport.listen(address, LISTEN_BACKLOG, connections);
                bound.complete(listener.localAddress());
            } catch (RuntimeException e) {
                bound.completeExceptionally(e);
            }
        });
        return bound;
    }

    @Override
    public void onStart() {
        owner = Thread.currentThread();
        nowNs = System.nanoTime();
    }

    @Override
    public int doWork() {
        nowNs = System.nanoTime();
        long nowMs = System.currentTimeMillis();
        int work = drainInbox();
        work += peers.doWork();
        work += transport.poll(nowNs);
        for (int i = 0; i < tasks.size(); i++) {
            work += run(tasks.get(i), nowMs);
        }
        // First what clients wait for, then the logs' upkeep, and then those who waited for that.
        work += ready.run(nowNs);
        work += logKeeper.doWork(nowNs, nowMs);
        work += ready.run(nowNs);
        work += pollDeadlines();
        work += connections.doWork(nowNs);
        return work;
    }

    private int drainInbox() {
        // Those first: what they lead others to post comes after them.
        int own = ownMessages.size();
        for (int i = 0; i < own; i++) {
            run(ownMessages.poll());
        }
        for (int i = 0; i < MESSAGES_PER_CYCLE; i++) {
            Runnable message = inbox.poll();
            if (message == null) {
                return own + i;
            }
            run(message);
        }
        return own + MESSAGES_PER_CYCLE;
    }

    private void run(Runnable message) {
        try {
            message.run();
        } catch (RuntimeException | InternalError e) {
            errors.add("a message to the shard", e);
        }
    }

    private int run(ShardTask task, long nowMs) {
        try {
            return task.doWork(nowNs, nowMs);
        } catch (RuntimeException | InternalError e) {
            errors.add("a task of the shard", e);
            return 0;
        }
    }

    private int pollDeadlines() {
        for (int failed = 0; failed < DEADLINES_PER_CYCLE; failed++) {
            try {
                return deadlines.poll(nowNs, DEADLINES_PER_CYCLE - failed);
            } catch (RuntimeException | InternalError e) {
                // The one that failed is no longer queued.
                errors.add("what was due on the shard", e);
            }
        }
        return DEADLINES_PER_CYCLE;
    }

    /** Waits for work; called by the thread's loop when there was none. */
    public void park() {
        if (inbox.isEmpty() && ownMessages.isEmpty() && peers.isIdle()) {
            long delayNs = Math.min(deadlines.nextDelayNs(nowNs, LONGEST_PARK_NS), logKeeper.delayNs());
            transport.park(ShardTask.longestParkNs(tasks, Math.min(delayNs, LONGEST_PARK_NS)));
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException the shard itself has posted too much
     */
    @Override
    public boolean post(Runnable message) {
        if (Thread.currentThread() == owner) {
            return postToSelf(message);
        }
        while (closed || !inbox.offer(message)) {
            if (closed) {
                return false;
            }
            // The shard never waits for those who post, so there will be room.
            transport.wakeup();
            LockSupport.parkNanos(FULL_INBOX_PARK_NS);
        }
        transport.wakeup();
        return true;
    }

    private boolean postToSelf(Runnable message) {
        if (closed) {
            return false;
        }
        if (ownMessages.size() == INBOX_LENGTH) {
            throw new IllegalStateException(roleName() + " has " + INBOX_LENGTH + " messages to itself");
        }
        ownMessages.add(message);
        return true;
    }

    @Override
    public void later(long delayNs, Runnable task) {
        deadlines.add(
                new Deadlines.Item() {
                    @Override
                    protected void onDeadline(long now) {
                        task.run();
                    }
                },
                nowNs + delayNs);
    }

    @Override
    public void onClose() {
        tasks.forEach(ShardTask::onClose);
        connections.closeAll();
        transport.close();
        closed = true;
        for (Runnable message = ownMessages.poll(); message != null; message = ownMessages.poll()) {
            run(message);
        }
        for (Runnable message = inbox.poll(); message != null; message = inbox.poll()) {
            run(message);
        }
        logKeeper.flush();
    }

    @Override
    public void closed(Connection connection) {
        connections.remove(connection);
        if (!observers.isEmpty()) {
            String id = connection.connectionId();
            try {
                conductor.execute(() -> observers.forEach(observer -> observer.connectionClosed(id)));
            } catch (RejectedExecutionException e) {
                LOG.debug("end of connection {} not reported", id, e);
            }
        }
    }

    @Override
    public String roleName() {
        return "shard-" + index;
    }

    @Override
    public HandlerTable handlers() {
        return handlers;
    }

    @Override
    public Executor conductor() {
        return conductor;
    }

    @Override
    public long nowNs() {
        return nowNs;
    }

    @Override
    public InternalErrors errors() {
        return errors;
    }

    @Override
    public ConnectionCounters counters() {
        return counters;
    }

    @Override
    public ConnectionLimits limits() {
        return limits;
    }

    @Override
    public Transport transport() {
        return transport;
    }

    @Override
    public PartitionLog partition(String topic, int partition) {
        PartitionTable.Topic found = partitions.byName(topic);
        ShardPartition served = found == null ? null : found.partition(partition);
        return served == null || !served.isOwned() ? null : served.log();
    }

    @Override
    public long partitionVersion() {
        return partitions.version();
    }

    @Override
    public long epochOffsetNs() {
        return epochOffsetNs;
    }

    @Override
    public void wakeup() {
        transport.wakeup();
    }

    /** A log is on the device up to what was appended: acknowledgements that waited go out. From any thread. */
    public void synced(PartitionLog log) {
        boolean _ = post(() -> {
            PartitionTable.Topic topic =
                    partitions.byId(log.key().topicIdMsb(), log.key().topicIdLsb());
            ShardPartition partition =
                    topic == null ? null : topic.partition(log.key().partition());
            if (partition != null && partition.isOwned()) {
                log.doWork(System.currentTimeMillis());
            }
        });
    }

    @Override
    public ShardStats stats() {
        return stats;
    }

    /** Its number, from 0. */
    public int index() {
        return index;
    }

    /** Its way to the other shards. */
    public ShardPeers peers() {
        return peers;
    }

    /** Its view of all partitions. */
    public PartitionTable partitions() {
        return partitions;
    }

    /** Its deadlines. */
    public Deadlines deadlines() {
        return deadlines;
    }
}
