package io.tickwire.edge.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.connection.InternalErrors;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PartitionShareTest {
    private static final int OWNER = 0;
    private static final int OTHER = 1;
    private static final int ROUNDS = 200_000;

    private final ShardPeers owner = new ShardPeers(OWNER, () -> {}, task -> false, new InternalErrors());
    private final ShardPeers other = new ShardPeers(OTHER, () -> {}, task -> false, new InternalErrors());
    private final PartitionShare share =
            new PartitionShare(new PartitionSpec("t", new Uuid(1, 2), 0, 0, null, PartitionSpec.Owner.SHARD), OWNER, 2);
    private final Waiter waiter = new Waiter();

    @BeforeEach
    void connect() {
        ShardPeers.connect(List.of(owner, other));
    }

    @Test
    void onlyTheOwnersViewIsOwned() {
        assertTrue(share.view(OWNER).isOwned());
        assertFalse(share.view(OTHER).isOwned());
        assertEquals(OWNER, share.view(OTHER).owner());
    }

    @Test
    void shardThatDoesNotWaitIsNotDisturbed() {
        share.advanced(owner);
        assertEquals(0, other.doWork());
    }

    @Test
    void shardThatWaitsIsToldOnceUntilItHasLooked() {
        share.view(OTHER).watch(waiter);
        share.advanced(owner);
        share.advanced(owner);
        assertEquals(1, other.doWork());
        assertEquals(1, waiter.told);
        share.advanced(owner);
        assertEquals(1, other.doWork());
        assertEquals(2, waiter.told);
        share.view(OTHER).unwatch(waiter);
        share.advanced(owner);
        assertEquals(0, other.doWork());
    }

    @Test
    void appendedBytesAreSeenByEveryShard() {
        share.view(OWNER).appended(100);
        share.view(OWNER).appended(10);
        assertEquals(110, share.view(OTHER).appendedBytes());
    }

    /** Forbidden outcome: the log has grown, and the shard that waits for that neither saw it nor is told. */
    @Test
    @Timeout(60)
    void growthIsSeenOrToldHoweverTheThreadsMeet() throws InterruptedException {
        AtomicLong highWatermark = new AtomicLong();
        Thread appender = new Thread(() -> {
            for (long offset = 1; offset <= ROUNDS; offset++) {
                // As the log does it: a store with release, no fence of its own.
                highWatermark.setRelease(offset);
                share.advanced(owner);
                owner.doWork();
            }
        });
        appender.start();
        long seen = 0;
        while (seen < ROUNDS) {
            share.view(OTHER).watch(waiter);
            int toldBefore = waiter.told;
            // Waits for the signal only when there was nothing new after it said that it waits.
            while (highWatermark.getAcquire() == seen && waiter.told == toldBefore) {
                other.doWork();
                if (waiter.told == toldBefore) {
                    Thread.onSpinWait();
                }
            }
            share.view(OTHER).unwatch(waiter);
            seen = highWatermark.getAcquire();
        }
        appender.join();
        assertEquals(ROUNDS, seen);
    }

    private static final class Waiter extends ShardPartition.Watcher {
        private int told;

        @Override
        protected void onAdvance(ShardPartition partition) {
            told++;
        }
    }
}
