package io.tickwire.edge.launch;

import io.tickwire.net.dpdk.Finding;
import io.tickwire.net.dpdk.Finding.Status;
import io.tickwire.net.dpdk.Preflight;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Prints what a preflight has found. */
public final class FindingPrinter {
    private static final int NOT_FIT = 1;

    private FindingPrinter() {}

    /** Prints findings; 0 when nothing is missing, else 1. */
    public static int print(List<Finding> findings, PrintWriter out) {
        for (Finding finding : findings) {
            out.printf(
                    "%-8s %-24s %s%n",
                    finding.status() == Status.OK
                            ? "ok"
                            : finding.status().name().toLowerCase(Locale.ROOT),
                    finding.subject(),
                    finding.seen());
            if (!finding.mend().isEmpty()) {
                out.printf("%-8s   mend with: %s%n", "", finding.mend());
            }
        }
        out.flush();
        return Preflight.isFit(findings) ? 0 : NOT_FIT;
    }
}
