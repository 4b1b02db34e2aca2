package io.tickwire.compat.differential;

import io.tickwire.compat.target.FaultyTarget;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Several cases at the same time against one broker, which is killed and started once all of them have come to that point, and
 * later stopped and started. A case that ends, well or badly, holds up no other. Used by the threads of its cases.
 */
final class Restarts {

    private static final long TIMEOUT_S = 180;

    private final FaultyTarget target;
    private final Phaser phaser = new Phaser() {
        @Override
        protected boolean onAdvance(int phase, int registered) {
            if (registered > 0) {
                restart(phase);
            }
            return registered == 0;
        }
    };

    private final Queue<Runnable> beforeKill = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> atKill = new ConcurrentLinkedQueue<>();
    private volatile RuntimeException failure;

    private Restarts(FaultyTarget target, int cases) {
        this.target = target;
        phaser.bulkRegister(cases);
    }

    /** Runs the cases; returns what each of them saw, by its name. */
    static Map<String, Differential.Seen> run(FaultyTarget target, List<RestartCase> cases) {
        Restarts restarts = new Restarts(target, cases.size());
        Map<String, Differential.Seen> seen = new ConcurrentHashMap<>();
        CompletableFuture.allOf(cases.stream()
                        .map(one -> CompletableFuture.runAsync(
                                () -> seen.put(one.name(), restarts.observe(one)), Thread::startVirtualThread))
                        .toArray(CompletableFuture[]::new))
                .join();
        return seen;
    }

    private Differential.Seen observe(RestartCase one) {
        long start = System.nanoTime();
        try (Probe probe = new Probe(target, "restart " + one.name())) {
            try {
                one.body().run(probe, this);
            } catch (Exception | AssertionError e) {
                probe.broken(e);
            } finally {
                phaser.arriveAndDeregister();
            }
            return new Differential.Seen(probe.lines(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        }
    }

    /** Has something done when every case has come to the kill, before anything begins that the kill is to interrupt. */
    void beforeKill(Runnable action) {
        beforeKill.add(action);
    }

    /** Has something begin right before the kill. */
    void atKill(Runnable begin) {
        atKill.add(begin);
    }

    /** Returns when the broker has been killed (SIGKILL) and serves again. The first restart of each case. */
    void killed() throws InterruptedException {
        await(0);
    }

    /** Returns when the broker has been stopped (SIGTERM) and serves again. The second restart of a case. */
    void stopped() throws InterruptedException {
        await(1);
    }

    private void await(int phase) throws InterruptedException {
        int arrived = phaser.arrive();
        if (arrived != phase) {
            throw new IllegalStateException("restart " + arrived + " instead of " + phase);
        }
        try {
            phaser.awaitAdvanceInterruptibly(phase, TIMEOUT_S, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("other cases did not come to restart " + phase, e);
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void restart(int phase) {
        try {
            if (phase == 0) {
                beforeKill.forEach(Runnable::run);
                atKill.forEach(Runnable::run);
                target.kill();
            } else {
                target.stop();
            }
            target.restart();
        } catch (RuntimeException e) {
            failure = e;
        }
    }
}
