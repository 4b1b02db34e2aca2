package io.tickwire.compat.report;

import java.nio.file.Path;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/** Prints the report when the last test has ended, or leaves the results to the process that started this one. */
public final class ReportListener implements TestExecutionListener {

    /** File that another process waits for. */
    public static final String RESULTS_PROPERTY = "compat.report.results";

    @Override
    public void testPlanExecutionFinished(TestPlan testPlan) {
        String results = System.getProperty(RESULTS_PROPERTY);
        if (results != null) {
            CompatReport.save(Path.of(results));
            return;
        }
        String table = CompatReport.consoleTable();
        if (!table.isEmpty()) {
            System.out.println(table);
            Path file = Path.of("target", "compat-report", "index.html").toAbsolutePath();
            CompatReport.writeHtml(file);
            System.out.println("Report: " + file);
        }
    }
}
