package io.tickwire.compat.report;

import java.util.List;
import java.util.Map;

/** The report as one HTML page: figures per suite, then each case, then the matrix of clients. */
final class HtmlReport {

    private static final String HEAD = "<!doctype html><html lang=en><meta charset=utf-8><title>Compatibility</title>"
            + "<style>body{font:14px sans-serif;margin:2em}td,th{padding:2px 10px;text-align:left;vertical-align:top}"
            + "tr.known{background:#ffd}tr.different{background:#fdd}pre{margin:0;white-space:pre-wrap}"
            + "summary{font-weight:bold;margin-top:1em}</style><h1>Compatibility with Apache Kafka</h1>";

    private HtmlReport() {}

    static String of(Map<String, List<CaseResult>> suites, Map<String, Map<String, String>> matrix) {
        StringBuilder html = new StringBuilder(HEAD);
        html.append("<table><tr><th>suite<th>cases<th>same<th>known<th>different<th>per target");
        suites.forEach((suite, results) -> {
            SuiteTotals totals = SuiteTotals.of(results);
            html.append(totals.different() > 0 ? "<tr class=different>" : "<tr>");
            cells(html, suite, totals.cases(), totals.same(), totals.known(), totals.different(), totals.perTarget());
        });
        html.append("</table>");
        suites.forEach((suite, results) -> {
            html.append("<details><summary>").append(escape(suite)).append("</summary><table>");
            html.append("<tr><th>case<th>ms<th>differences: - reference, + subject");
            for (CaseResult result : results) {
                String kind = result.isSame() ? "same" : result.isKnown() ? "known" : "different";
                html.append("<tr class=").append(kind).append('>');
                cells(html, result.name(), result.elapsedMs());
                html.append("<td><pre>")
                        .append(escape(String.join("\n", result.differences())))
                        .append("</pre>");
            }
            html.append("</table></details>");
        });
        if (!matrix.isEmpty()) {
            html.append("<h2>Clients</h2><table><tr><th>client · feature<th>outcome by target");
            matrix.forEach((row, outcomes) -> {
                html.append("<tr>");
                cells(html, row, outcomes);
            });
            html.append("</table>");
        }
        return html.toString();
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
