package io.tickwire.edge.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.handler.FeatureSnapshot;
import io.tickwire.edge.handler.HandlerTable;
import io.tickwire.edge.quota.ClientQuotas;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.utils.Time;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A shard stepped by hand. */
class ShardTest {
    private static final int MORE_THAN_THE_INBOX_HOLDS = 100_000;

    private final Shard shard = HandShard.make();
    private final List<Integer> done = new ArrayList<>();

    @BeforeEach
    void start() {
        shard.onStart();
    }

    @AfterEach
    void close() {
        shard.onClose();
    }

    private void open(ShardTask... tasks) {
        HandlerTable none =
                new HandlerTable(List.of(), () -> FeatureSnapshot.NONE, ClientQuotas.withDefaults(Time.SYSTEM));
        var opened = shard.open(none, List.of(), List.of(tasks), List.of());
        shard.doWork();
        assertTrue(opened.isDone());
    }

    @Test
    void whatTheShardPostsToItselfIsDoneInOrderWithoutWaiting() {
        for (int i = 0; i < 1_000; i++) {
            int number = i;
            assertTrue(shard.post(() -> done.add(number)));
        }
        shard.doWork();
        assertEquals(IntStream.range(0, 1_000).boxed().toList(), done);
    }

    @Test
    void moreThanTheLimitPostedToItselfIsRefusedInsteadOfWaitedFor() {
        shard.post(() -> {
            for (int i = 0; i < MORE_THAN_THE_INBOX_HOLDS; i++) {
                shard.post(() -> done.add(1));
            }
        });
        shard.doWork();
        assertEquals(1, shard.errors().count().get(), "the message that posts too much fails");
        shard.doWork();
        assertFalse(done.isEmpty());
        assertTrue(done.size() < MORE_THAN_THE_INBOX_HOLDS);
        assertThrows(IllegalStateException.class, () -> {
            for (int i = 0; i < MORE_THAN_THE_INBOX_HOLDS; i++) {
                shard.post(() -> {});
            }
        });
    }

    @Test
    void messageThatFailsIsCountedAndTheNextIsDone() {
        shard.post(() -> {
            throw new IllegalStateException("on purpose");
        });
        shard.post(() -> done.add(1));
        shard.doWork();
        assertEquals(List.of(1), done);
        assertEquals(1, shard.errors().count().get());
    }

    @Test
    void deadlineThatFailsIsCountedAndTheOthersAreMet() {
        shard.later(0, () -> {
            throw new InternalError("on purpose: memory that the disk could not back");
        });
        shard.later(0, () -> done.add(1));
        shard.doWork();
        shard.doWork();
        assertEquals(List.of(1), done);
        assertEquals(1, shard.errors().count().get());
    }

    @Test
    void taskThatFailsIsCountedAndTheOthersGoOn() {
        open(
                new Task() {
                    @Override
                    public int doWork(long nowNs, long nowEpochMs) {
                        throw new IllegalStateException("on purpose");
                    }
                },
                new Task() {
                    @Override
                    public int doWork(long nowNs, long nowEpochMs) {
                        done.add(1);
                        return 1;
                    }
                });
        long before = shard.errors().count().get();
        done.clear();
        shard.doWork();
        shard.doWork();
        assertEquals(List.of(1, 1), done);
        assertEquals(before + 2, shard.errors().count().get());
    }

    private abstract static class Task implements ShardTask {
        @Override
        public void onStart(ShardContext context) {}

        @Override
        public void onClose() {}
    }
}
