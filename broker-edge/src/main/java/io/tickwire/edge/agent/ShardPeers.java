package io.tickwire.edge.agent;

import io.tickwire.edge.connection.InternalErrors;
import io.tickwire.net.transport.LongCell;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Predicate;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * A shard's way to the others: a bounded ring into each, without locks. When a ring is full the messages wait here, in order,
 * and the connections whose requests they carry are not read meanwhile; so what waits is bounded by what clients have in
 * flight. Sending belongs to the shard's thread.
 */
public final class ShardPeers {
    private static final int RING_LENGTH = 1 << 12;
    private static final int MESSAGES_PER_CYCLE = 256;

    private final int index;
    private final Runnable wakeup;
    private final Predicate<Runnable> inbox;
    private final InternalErrors errors;
    private final ManyToOneConcurrentArrayQueue<ShardMessage> ring = new ManyToOneConcurrentArrayQueue<>(RING_LENGTH);
    private final LongCell sent = new LongCell();
    private final LongCell fullRings = new LongCell();
    private ShardPeers[] all = {this};
    private ArrayDeque<ShardMessage>[] waiting = queues(1);
    private int waitingCount;

    /**
     * Makes the way of one shard.
     *
     * @param wakeup ends the shard's park; any thread
     * @param inbox runs a task on the shard's thread; any thread
     * @param errors takes messages that fail
     */
    ShardPeers(int index, Runnable wakeup, Predicate<Runnable> inbox, InternalErrors errors) {
        this.index = index;
        this.wakeup = wakeup;
        this.inbox = inbox;
        this.errors = errors;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // An array of a generic type.
    private static ArrayDeque<ShardMessage>[] queues(int count) {
        ArrayDeque<ShardMessage>[] queues = new ArrayDeque[count];
        for (int i = 0; i < count; i++) {
            queues[i] = new ArrayDeque<>();
        }
        return queues;
    }

    /** Makes shards known to each other, before they run. */
    static void connect(List<ShardPeers> peers) {
        ShardPeers[] everyone = peers.toArray(new ShardPeers[0]);
        for (ShardPeers one : everyone) {
            one.all = everyone;
            one.waiting = queues(everyone.length);
        }
    }

    /** This shard's number. */
    public int index() {
        return index;
    }

    /** Runs a task on this shard's thread; false when the shard has ended. Any thread but the shards'. */
    public boolean post(Runnable task) {
        return inbox.test(task);
    }

    /** Shards there are. */
    public int count() {
        return all.length;
    }

    /** Sends to a shard; never blocks. */
    public void send(int shard, ShardMessage message) {
        sent.increment();
        if (!waiting[shard].isEmpty() || !all[shard].ring.offer(message)) {
            fullRings.increment();
            waiting[shard].add(message);
            waitingCount++;
        }
        all[shard].wakeup.run();
    }

    /** Delivers what has come and sends what had to wait; once a duty cycle. */
    int doWork() {
        int work = waitingCount > 0 ? sendWaiting() : 0;
        for (int i = 0; i < MESSAGES_PER_CYCLE; i++) {
            ShardMessage message = ring.poll();
            if (message == null) {
                break;
            }
            try {
                message.onDelivery(this);
            } catch (RuntimeException | InternalError e) {
                failed("a message of another shard", e);
            }
            work++;
        }
        return work;
    }

    private int sendWaiting() {
        int moved = 0;
        for (int shard = 0; shard < all.length; shard++) {
            ArrayDeque<ShardMessage> queue = waiting[shard];
            while (!queue.isEmpty() && all[shard].ring.offer(queue.peek())) {
                queue.poll();
                moved++;
            }
            if (moved > 0) {
                all[shard].wakeup.run();
            }
        }
        waitingCount -= moved;
        return moved;
    }

    /** Whether the shard may park. */
    boolean isIdle() {
        return waitingCount == 0 && ring.isEmpty();
    }

    /**
     * Counts what has failed on this shard; its thread.
     *
     * @param what a constant
     */
    public void failed(String what, Throwable failure) {
        errors.add(what, failure);
    }

    /** Messages sent to other shards. */
    public LongCell sent() {
        return sent;
    }

    /** Messages that found the other shard's ring full and waited. */
    public LongCell fullRings() {
        return fullRings;
    }
}
