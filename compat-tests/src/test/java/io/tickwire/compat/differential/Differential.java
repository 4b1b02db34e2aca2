package io.tickwire.compat.differential;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickwire.compat.report.CaseResult;
import io.tickwire.compat.report.CompatReport;
import io.tickwire.compat.report.KnownDifferences;
import io.tickwire.compat.report.Lines;
import io.tickwire.compat.target.Target;
import io.tickwire.compat.target.Targets;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Runs each case against both brokers at the same time and demands that a client saw the same. */
public final class Differential {

    private static final long TIMEOUT_S = 180;
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "case");
        thread.setDaemon(true);
        return thread;
    });

    /** What a case saw of one broker, and how long it took. */
    record Seen(List<String> lines, long elapsedMs) {}

    private Differential() {}

    public static Stream<DynamicTest> tests(String suite, Collection<Case> cases) {
        return cases.stream().map(one -> DynamicTest.dynamicTest(one.name(), () -> run(suite, one)));
    }

    private static void run(String suite, Case one) {
        String notRun = KnownDifferences.notRun(suite, one.name());
        assumeTrue(notRun == null, notRun);
        Target reference = Targets.reference();
        Target subject = Targets.subject();
        Future<Seen> expected = THREADS.submit(() -> observe(suite, one, reference));
        Future<Seen> actual = THREADS.submit(() -> observe(suite, one, subject));
        compare(
                suite,
                one.name(),
                reference.name(),
                await(reference, expected),
                subject.name(),
                await(subject, actual));
    }

    /** Reports a case that has run against both brokers, and demands that it saw the same. */
    static void compare(
            String suite, String name, String reference, Seen expectedSeen, String subject, Seen actualSeen) {
        List<String> differences = Lines.differences(expectedSeen.lines(), actualSeen.lines());
        CompatReport.add(CaseResult.compared(
                suite, name, reference, subject, expectedSeen.elapsedMs(), actualSeen.elapsedMs(), differences));
        assertFalse(expectedSeen.lines().isEmpty(), "the case saw nothing");
        if (expectedSeen.lines().getLast().startsWith(Probe.BROKEN)) {
            fail("the case does not work on " + reference + ": "
                    + expectedSeen.lines().getLast());
        }
        if (!KnownDifferences.isExpected(suite, name, !differences.isEmpty())) {
            fail("seen on " + reference + " (-) and " + subject + " (+):\n" + String.join("\n", differences));
        }
    }

    private static Seen observe(String suite, Case one, Target target) {
        long start = System.nanoTime();
        Thread.currentThread().setName("case on " + target.name());
        String id = suite + "-" + one.name();
        try (Probe probe = new Probe(target, id)) {
            try {
                one.body().run(probe);
            } catch (Exception | AssertionError e) {
                probe.broken(e);
            }
            return new Seen(probe.lines(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        }
    }

    private static Seen await(Target target, Future<Seen> future) {
        try {
            return future.get(TIMEOUT_S, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            future.cancel(true);
            return new Seen(
                    List.of(Probe.BROKEN + "no end within " + TIMEOUT_S + " s on " + target.name()), TIMEOUT_S * 1000);
        } catch (ExecutionException e) {
            throw new AssertionError("case failed on " + target.name(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
