package io.tickwire.compat.report;

import java.nio.file.Path;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/** Prints the report when the last test has ended. */
public final class ReportListener implements TestExecutionListener {

    @Override
    public void testPlanExecutionFinished(TestPlan testPlan) {
        String table = CompatReport.consoleTable();
        if (!table.isEmpty()) {
            System.out.println(table);
            Path file = Path.of("target", "compat-report", "index.html").toAbsolutePath();
            CompatReport.writeHtml(file);
            System.out.println("Report: " + file);
        }
    }
}
