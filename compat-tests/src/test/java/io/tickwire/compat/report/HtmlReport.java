package io.tickwire.compat.report;

import java.util.List;
import java.util.Map;

/** The report as one HTML page: figures per suite and subject, the matrix of clients, then each case. */
final class HtmlReport {

    private static final String HEAD = "<!doctype html><html lang=en><meta charset=utf-8><title>Compatibility</title>"
            + "<style>body{font:14px sans-serif;margin:2em}td,th{padding:2px 10px;text-align:left;vertical-align:top}"
            + "tr.known{background:#ffd}tr.different,td.different{background:#fdd}pre{margin:0;white-space:pre-wrap}"
            + "summary{font-weight:bold;margin-top:1em}</style><h1>Compatibility with Apache Kafka</h1>";

    private HtmlReport() {}

    static String of(Map<CompatReport.Group, List<CaseResult>> groups, ClientMatrix matrix) {
        StringBuilder html = new StringBuilder(HEAD);
        html.append("<table><tr><th>suite<th>subject<th>cases<th>same<th>known<th>different<th>seconds by target");
        groups.forEach((group, results) -> {
            SuiteTotals totals = SuiteTotals.of(results);
            html.append(totals.different() > 0 ? "<tr class=different>" : "<tr>");
            cells(
                    html,
                    group.suite(),
                    group.subject(),
                    totals.cases(),
                    totals.same(),
                    totals.known(),
                    totals.different(),
                    totals.times());
        });
        html.append("</table>");
        if (!matrix.isEmpty()) {
            clients(html, matrix);
        }
        html.append("<h2>Cases</h2>");
        groups.forEach((group, results) -> {
            boolean isOpen = SuiteTotals.of(results).different() > 0;
            html.append(isOpen ? "<details open>" : "<details>")
                    .append("<summary>")
                    .append(escape(group.suite() + " on " + group.subject()))
                    .append("</summary><table><tr><th>case<th>ms<th>differences: - reference, + subject");
            results.forEach(result -> row(html, result));
            html.append("</table></details>");
        });
        return html.toString();
    }

    private static void row(StringBuilder html, CaseResult result) {
        String kind = result.isSame() ? "same" : result.isKnown() ? "known" : "different";
        html.append("<tr class=").append(kind).append('>');
        cells(html, result.name(), result.elapsedMs());
        html.append("<td><pre>")
                .append(escape(String.join("\n", result.differences())))
                .append("</pre>");
        if (kind.equals("known")) {
            html.append("known: ").append(escape(KnownDifferences.reasons(result.suite(), result.name())));
        }
    }

    private static void clients(StringBuilder html, ClientMatrix matrix) {
        html.append("<h2>Clients</h2><table><tr><th>client");
        matrix.features().forEach(feature -> html.append("<th>").append(escape(feature)));
        for (String client : matrix.clients()) {
            html.append("<tr><td>").append(escape(client));
            for (String feature : matrix.features()) {
                String cell = matrix.cell(client, feature);
                html.append(cell.startsWith("FAILED") ? "<td class=different>" : "<td>")
                        .append(escape(cell));
            }
        }
        html.append("</table>");
    }

    private static void cells(StringBuilder html, Object... values) {
        for (Object value : values) {
            html.append("<td>").append(escape(value.toString()));
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
