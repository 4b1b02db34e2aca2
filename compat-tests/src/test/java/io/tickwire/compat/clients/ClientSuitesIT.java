package io.tickwire.compat.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickwire.compat.clients.SuiteOfClient.Outcome;
import io.tickwire.compat.report.CaseResult;
import io.tickwire.compat.report.CompatReport;
import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.Target;
import io.tickwire.compat.target.Targets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The tests that clients bring along, against both brokers: {@code -Dcompat.clients.suites=NAME,NAME} or {@code all}, for they take
 * minutes to an hour each and need sources that no package has. What passes on both belongs into the client's list; what is in it
 * has to pass on Tickwire, if not at once then the second time.
 */
class ClientSuitesIT {

    private static final String CHOSEN = System.getProperty("compat.clients.suites", "");

    @TestFactory
    Stream<DynamicTest> suites() {
        Set<String> chosen = Set.of(CHOSEN.split(","));
        return SuiteOfClient.ALL.stream()
                .filter(suite -> chosen.contains("all") || chosen.contains(suite.name()))
                .map(suite -> DynamicTest.dynamicTest(suite.name(), () -> check(suite)));
    }

    private static void check(SuiteOfClient suite) {
        suite.prepare();
        BrokerSettings settings = BrokerSettings.small();
        for (Map.Entry<String, String> setting : suite.brokerSettings().entrySet()) {
            settings = settings.with(setting.getKey(), setting.getValue());
        }
        try (Target reference = Targets.startReference(settings);
                Target subject = Targets.startSubject(settings)) {
            CompletableFuture<Map<String, Outcome>> onReference =
                    CompletableFuture.supplyAsync(() -> suite.run(reference, List.of()));
            Map<String, Outcome> actual = suite.run(subject, List.of());
            Map<String, Outcome> expected = onReference.join();
            Set<String> listed = suite.passing();
            Set<String> doubtful = new TreeSet<>(listed);
            expected.forEach((test, outcome) -> {
                if (outcome.passed()) {
                    doubtful.add(test);
                }
            });
            doubtful.removeIf(test -> hasPassed(actual, test));
            if (!doubtful.isEmpty()) {
                // Many of these tests give a broker a second or two.
                suite.run(subject, SuiteOfClient.files(doubtful)).forEach((test, outcome) -> {
                    if (outcome.passed()) {
                        actual.put(test, outcome);
                    }
                });
            }
            report(suite, reference, expected, subject, actual);
            Set<String> broken = new TreeSet<>(listed);
            broken.removeIf(test -> hasPassed(actual, test));
            assertEquals(
                    Set.of(), broken, "tests of " + suite.name() + " that passed on " + subject.name() + " before");
        }
    }

    private static boolean hasPassed(Map<String, Outcome> outcomes, String test) {
        return outcomes.containsKey(test) && outcomes.get(test).passed();
    }

    /** Tells of each test that passes somewhere, and which of those that pass on both are in no list yet. */
    private static void report(
            SuiteOfClient suite,
            Target reference,
            Map<String, Outcome> expected,
            Target subject,
            Map<String, Outcome> actual) {
        Set<String> listed = suite.passing();
        Set<String> all = new TreeSet<>(expected.keySet());
        all.addAll(actual.keySet());
        int passed = 0;
        for (String test : all) {
            boolean onReference = hasPassed(expected, test);
            boolean onSubject = hasPassed(actual, test);
            if (onReference || onSubject) {
                CompatReport.add(CaseResult.compared(
                        "tests of " + suite.name(),
                        test,
                        reference.name(),
                        subject.name(),
                        elapsedMs(expected, test),
                        elapsedMs(actual, test),
                        onSubject ? List.of() : List.of("- passed", "+ failed")));
            }
            passed += onReference && onSubject ? 1 : 0;
            if (onReference && onSubject && !listed.contains(test)) {
                System.out.println("passes on both and is in no list: " + test);
            } else if (onReference != onSubject) {
                System.out.println("passes on " + (onReference ? reference : subject).name() + " only: " + test);
            }
        }
        System.out.println("tests of " + suite.name() + ": " + all.size() + " ran, " + passed + " passed on both");
    }

    private static long elapsedMs(Map<String, Outcome> outcomes, String test) {
        return outcomes.containsKey(test) ? outcomes.get(test).elapsedMs() : 0;
    }
}
