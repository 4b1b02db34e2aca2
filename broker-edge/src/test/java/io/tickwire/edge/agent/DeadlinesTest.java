package io.tickwire.edge.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
    private final Deadlines deadlines = new Deadlines();
    private final List<Long> called = new ArrayList<>();

    private final class Alarm extends Deadlines.Item {
        private final long dueNs;

        Alarm(long dueNs) {
            this.dueNs = dueNs;
        }

        @Override
        protected void onDeadline(long nowNs) {
            assertTrue(dueNs - nowNs <= 0, "early");
            called.add(dueNs);
        }
    }

    @Test
    void emptyHasNoDelay() {
        assertEquals(99, deadlines.nextDelayNs(5, 99));
    }

    @Test
    void itemsAddedAndRemovedAtRandomTheRestIsCalledInOrder() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Alarm> alarms = new ArrayList<>();
        List<Long> expected = new ArrayList<>();
        // Around the wrap of the monotonic clock.
        long base = Long.MAX_VALUE - 500;
        for (int i = 0; i < 2000; i++) {
            Alarm alarm = new Alarm(base + random.nextInt(1000));
            alarms.add(alarm);
            deadlines.add(alarm, alarm.dueNs);
        }
        for (Alarm alarm : alarms) {
            if (random.nextBoolean()) {
                deadlines.remove(alarm);
                deadlines.remove(alarm);
            } else {
                expected.add(alarm.dueNs);
            }
        }
        expected.sort((a, b) -> Long.signum(a - b));
        while (deadlines.size() > 0) {
            deadlines.poll(base + 1000, 7);
        }
        assertEquals(expected, called, "seed " + seed);
    }

    @Test
    void notDueIsNotCalled() {
        deadlines.add(new Alarm(10), 10);
        deadlines.add(new Alarm(20), 20);
        assertEquals(1, deadlines.poll(15, 10));
        assertEquals(5, deadlines.nextDelayNs(15, 99));
        assertEquals(List.of(10L), called);
    }
}
