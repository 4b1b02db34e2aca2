package io.tickwire.edge.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class ConductorTest {
    private final Conductor conductor = new Conductor(4);
    private final List<String> ran = new ArrayList<>();

    @Test
    void tasksRunInTheirOrder() {
        conductor.execute(() -> ran.add("a"));
        conductor.execute(() -> ran.add("b"));
        assertEquals(2, conductor.doWork());
        assertEquals(List.of("a", "b"), ran);
    }

    @Test
    void fullQueueTurnsTasksAwayAndCountsThem() {
        for (int i = 0; i < 4; i++) {
            conductor.execute(() -> ran.add("x"));
        }
        assertThrows(RejectedExecutionException.class, () -> conductor.execute(() -> ran.add("y")));
        assertEquals(1, conductor.rejected());
        conductor.doWork();
        assertEquals(List.of("x", "x", "x", "x"), ran);
    }

    @Test
    void failingTaskDoesNotStopTheNext() {
        conductor.execute(() -> {
            throw new IllegalStateException("meant to fail");
        });
        conductor.execute(() -> ran.add("next"));
        conductor.doWork();
        assertEquals(List.of("next"), ran);
    }

    @Test
    void timerRunsOnlyOnceItIsDue() {
        conductor.schedule(3_600_000, () -> ran.add("late"));
        conductor.schedule(0, () -> ran.add("now"));
        conductor.doWork();
        conductor.doWork();
        assertEquals(List.of("now"), ran);
    }

    @Test
    void closedRunsWhatIsQueuedThenClosesInReverseAndTakesNoMore() {
        conductor.closeLater(() -> ran.add("first resource"));
        conductor.closeLater(() -> ran.add("second resource"));
        conductor.execute(() -> ran.add("task"));
        conductor.onClose();
        assertEquals(List.of("task", "second resource", "first resource"), ran);
        assertThrows(RejectedExecutionException.class, () -> conductor.execute(() -> ran.add("late")));
    }
}
