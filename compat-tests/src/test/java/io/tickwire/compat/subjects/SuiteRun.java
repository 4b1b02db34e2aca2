package io.tickwire.compat.subjects;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs test classes, {@code CLASS} or {@code CLASS#METHOD}, as a program; the targets are chosen by the usual properties. Ends with
 * 0 when tests ran and none failed.
 */
public final class SuiteRun {

    private SuiteRun() {}

    public static void main(String[] selectors) {
        List<? extends DiscoverySelector> selected = Arrays.stream(selectors)
                .map(text -> text.contains("#") ? selectMethod(text) : selectClass(text))
                .toList();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selected)
                                .build(),
                        listener);
        TestExecutionSummary summary = listener.getSummary();
        PrintWriter out = new PrintWriter(System.out, true, Charset.defaultCharset());
        summary.printTo(out);
        summary.getFailures()
                .forEach(failure -> out.println("FAILED "
                        + failure.getTestIdentifier().getDisplayName() + ": "
                        + failure.getException().getMessage()));
        System.exit(summary.getTotalFailureCount() == 0 && summary.getTestsSucceededCount() > 0 ? 0 : 1);
    }
}
