package io.tickwire.edge.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.connection.InternalErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ShardPeersTest {
    private static final int FAR_MORE_THAN_A_RING = 20_000;

    private final List<Integer> delivered = new ArrayList<>();
    private int wakeups;
    private final InternalErrors errors = new InternalErrors();
    private final ShardPeers first = new ShardPeers(0, () -> {}, task -> false, new InternalErrors());
    private final ShardPeers second = new ShardPeers(1, () -> wakeups++, task -> false, errors);

    @BeforeEach
    void connect() {
        ShardPeers.connect(List.of(first, second));
    }

    @Test
    void messageIsDeliveredOnTheOtherShardWhichIsWoken() {
        first.send(1, receiver -> delivered.add(receiver.index()));
        assertEquals(1, wakeups);
        assertFalse(second.isIdle());
        assertEquals(1, second.doWork());
        assertEquals(List.of(1), delivered);
        assertTrue(second.isIdle());
    }

    @Test
    void fullRingHoldsTheSenderBackAndLosesOrReordersNothing() {
        for (int i = 0; i < FAR_MORE_THAN_A_RING; i++) {
            int number = i;
            first.send(1, receiver -> delivered.add(number));
        }
        assertTrue(first.fullRings().get() > 0);
        assertFalse(first.isIdle());
        while (!first.isIdle() || !second.isIdle()) {
            first.doWork();
            assertTrue(second.doWork() > 0);
        }
        assertEquals(IntStream.range(0, FAR_MORE_THAN_A_RING).boxed().toList(), delivered);
        assertEquals(FAR_MORE_THAN_A_RING, first.sent().get());
    }

    @Test
    void messageThatFailsIsCountedAndTheNextIsDelivered() {
        first.send(1, receiver -> {
            throw new IllegalStateException("on purpose");
        });
        first.send(1, receiver -> delivered.add(receiver.index()));
        assertEquals(2, second.doWork());
        assertEquals(List.of(1), delivered);
        assertEquals(1, errors.count().get());
    }

    @Test
    void answerGoesBackThroughTheReceiversOwnPeers() {
        ShardMessage answer = receiver -> delivered.add(receiver.index());
        first.send(1, receiver -> receiver.send(0, answer));
        second.doWork();
        first.doWork();
        assertEquals(List.of(0), delivered);
    }
}
