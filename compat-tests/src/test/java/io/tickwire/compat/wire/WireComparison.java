package io.tickwire.compat.wire;

import static org.junit.jupiter.api.Assertions.fail;

import io.tickwire.compat.report.CaseResult;
import io.tickwire.compat.report.CompatReport;
import io.tickwire.compat.report.KnownDifferences;
import io.tickwire.compat.report.Lines;
import io.tickwire.compat.target.Target;
import io.tickwire.compat.target.Targets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DynamicTest;

/** Runs a script against both brokers, on one connection each, and demands that both did the same. */
final class WireComparison {

    static final AllowedDifferences ALLOWED = AllowedDifferences.load();

    /** One thing to do on a connection, and what was seen of it. */
    interface Step {
        String name();

        List<String> run(Target target, RawConnection connection);
    }

    private WireComparison() {}

    static DynamicTest test(String suite, String name, List<? extends Step> steps) {
        return DynamicTest.dynamicTest(name, () -> compare(suite, name, steps));
    }

    private static void compare(String suite, String name, List<? extends Step> steps) {
        List<String> differences = new ArrayList<>();
        Target reference = Targets.reference();
        Target subject = Targets.subject();
        long[] elapsedNs = new long[2];
        boolean silent = KnownDifferences.isReferenceSilent(suite, name);
        try (RawConnection expected = new RawConnection(reference, silent);
                RawConnection actual = new RawConnection(subject, false)) {
            for (Step step : steps) {
                long start = System.nanoTime();
                List<String> left = step.run(reference, expected);
                long between = System.nanoTime();
                List<String> right = step.run(subject, actual);
                elapsedNs[0] += between - start;
                elapsedNs[1] += System.nanoTime() - between;
                for (String line : Lines.differences(left, right)) {
                    differences.add(step.name() + " " + line);
                }
            }
        }
        CompatReport.add(CaseResult.compared(
                suite,
                name,
                reference.name(),
                subject.name(),
                TimeUnit.NANOSECONDS.toMillis(elapsedNs[0]),
                TimeUnit.NANOSECONDS.toMillis(elapsedNs[1]),
                differences));
        if (!KnownDifferences.isExpected(suite, name, !differences.isEmpty())) {
            fail("seen on " + reference.name() + " (-) and " + subject.name() + " (+):\n"
                    + String.join("\n", differences));
        }
    }
}
