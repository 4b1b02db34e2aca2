package io.tickwire.compat.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.utils.AppInfoParser;

/** The report as one HTML page: figures per suite and subject, what differs, the matrix of clients, then each case. */
final class HtmlReport {

    private static final String STYLE = """
            body{font:14px/1.45 system-ui,sans-serif;margin:2em auto;max-width:1200px;padding:0 1em;color:#222}
            h2{margin:2em 0 .5em}
            table{border-collapse:collapse;width:100%}
            th,td{padding:3px 10px;text-align:left;vertical-align:top;border-bottom:1px solid #e4e4e4}
            thead th{background:#f3f4f6;border-bottom:2px solid #c8ccd2;white-space:nowrap}
            .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
            .zero{color:#bbb}
            .known{background:#fff8dc}
            .different{background:#fde2e0}
            tr.all{font-weight:bold;border-top:2px solid #c8ccd2}
            pre{margin:0;max-height:18em;overflow:auto;white-space:pre-wrap;word-wrap:break-word;font:12px/1.4 monospace}
            .differences{table-layout:fixed}
            summary{cursor:pointer;padding:5px 0;border-bottom:1px solid #e4e4e4}
            summary b{font-weight:600}
            summary span{color:#777}
            .matrix td,.matrix th{text-align:center;padding:3px 5px;font-size:12px}
            .matrix td:first-child,.matrix th:first-child{text-align:left;white-space:nowrap}
            .matrix thead th{white-space:normal}
            """;

    private final StringBuilder html = new StringBuilder();

    private HtmlReport() {}

    static String of(Map<CompatReport.Group, List<CaseResult>> groups, ClientMatrix matrix) {
        HtmlReport report = new HtmlReport();
        report.head(groups);
        report.suites(groups);
        report.differences(groups);
        if (!matrix.isEmpty()) {
            report.clients(matrix);
        }
        report.cases(groups);
        return report.html.toString();
    }

    private void head(Map<CompatReport.Group, List<CaseResult>> groups) {
        String title = "Compatibility with Apache Kafka " + AppInfoParser.getVersion();
        html.append("<!doctype html><html lang=en><meta charset=utf-8><title>").append(title);
        html.append("</title><style>").append(STYLE).append("</style><h1>").append(title);
        SuiteTotals all = SuiteTotals.of(all(groups));
        html.append("<p>")
                .append(String.format(
                        Locale.ROOT,
                        "%,d cases in %,d suites: %,d the same, %,d known to differ, <b>%,d different</b>. Seconds are those of all"
                                + " cases together; cases run side by side.",
                        all.cases(),
                        groups.size(),
                        all.same(),
                        all.known(),
                        all.different()));
    }

    private static List<CaseResult> all(Map<CompatReport.Group, List<CaseResult>> groups) {
        return groups.values().stream().flatMap(List::stream).toList();
    }

    private void suites(Map<CompatReport.Group, List<CaseResult>> groups) {
        html.append(
                        "<table><thead><tr><th>suite<th>subject<th>reference<th class=n>cases<th class=n>same<th class=n>known")
                .append("<th class=n>different<th class=n>reference s<th class=n>subject s</thead>");
        groups.forEach((group, results) -> totals("", group.suite(), group.subject(), results));
        totals("all", "all", "", all(groups));
        html.append("</table>");
    }

    private void totals(String kind, String suite, String subject, List<CaseResult> results) {
        SuiteTotals totals = SuiteTotals.of(results);
        html.append("<tr class=\"")
                .append(kind)
                .append(totals.different() > 0 ? " different" : "")
                .append("\">");
        text(suite);
        text(subject);
        text(subject.isEmpty() ? "" : references(results));
        number(totals.cases());
        number(totals.same());
        number(totals.known());
        number(totals.different());
        seconds(results.stream().mapToLong(CaseResult::referenceMs).sum());
        seconds(results.stream().mapToLong(CaseResult::subjectMs).sum());
    }

    private static String references(List<CaseResult> results) {
        return results.stream().map(CaseResult::reference).distinct().collect(Collectors.joining(", "));
    }

    /** What is not the same, before the long lists of what is. */
    private void differences(Map<CompatReport.Group, List<CaseResult>> groups) {
        if (all(groups).stream().allMatch(CaseResult::isSame)) {
            return;
        }
        html.append("<h2>Differences</h2><table class=differences><thead><tr><th width=12%>suite")
                .append("<th width=11%>subject<th width=17%>case<th>- reference, + subject</thead>");
        for (boolean known : new boolean[] {false, true}) {
            groups.forEach((group, results) -> results.stream()
                    .filter(result -> !result.isSame() && result.isKnown() == known)
                    .forEach(result -> {
                        html.append("<tr class=")
                                .append(known ? "known" : "different")
                                .append('>');
                        text(group.suite());
                        text(group.subject());
                        text(result.name());
                        html.append("<td>");
                        if (known) {
                            html.append("known: ")
                                    .append(escape(KnownDifferences.reasons(result.suite(), result.name())));
                        }
                        html.append("<pre>")
                                .append(escape(String.join("\n", result.differences())))
                                .append("</pre>");
                    }));
        }
        html.append("</table>");
    }

    private void clients(ClientMatrix matrix) {
        html.append(
                        "<h2>Clients</h2><p>Works on: K Kafka, T Tickwire, S Tickwire with several shards, D Tickwire over DPDK.")
                .append("<table class=matrix><thead><tr><th>client");
        matrix.features().forEach(feature -> html.append("<th>").append(escape(feature)));
        html.append("</thead>");
        for (String client : matrix.clients()) {
            html.append("<tr><td>").append(escape(client));
            for (String feature : matrix.features()) {
                List<String> failed = matrix.failed(client, feature);
                html.append(failed.isEmpty() ? "<td>" : "<td class=different>")
                        .append(escape(matrix.letters(client, feature)));
                if (!failed.isEmpty()) {
                    html.append(" failed on ").append(escape(String.join(", ", failed)));
                }
            }
        }
        html.append("</table>");
    }

    private void cases(Map<CompatReport.Group, List<CaseResult>> groups) {
        html.append("<h2>Cases</h2>");
        groups.forEach((group, results) -> {
            html.append("<details><summary><b>")
                    .append(escape(group.suite()))
                    .append("</b> on ")
                    .append(escape(group.subject()))
                    .append(" <span>")
                    .append(results.size())
                    .append("</span></summary><table><thead><tr><th>case<th>outcome<th class=n>reference ms")
                    .append("<th class=n>subject ms</thead>");
            for (CaseResult result : results) {
                String outcome = result.isSame() ? "same" : result.isKnown() ? "known" : "different";
                html.append("<tr class=").append(outcome).append('>');
                text(result.name());
                text(outcome);
                number(result.referenceMs());
                number(result.subjectMs());
            }
            html.append("</table></details>");
        });
    }

    private void text(String text) {
        html.append("<td>").append(escape(text));
    }

    private void number(long value) {
        html.append(value == 0 ? "<td class=\"n zero\">" : "<td class=n>")
                .append(String.format(Locale.ROOT, "%,d", value));
    }

    private void seconds(long ms) {
        html.append("<td class=n>").append(String.format(Locale.ROOT, "%,.1f", ms / 1e3));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
