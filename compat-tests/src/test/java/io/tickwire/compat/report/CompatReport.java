package io.tickwire.compat.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Collects results of this process and writes them as a table on the console and as HTML under target/. */
public final class CompatReport {

    private static final List<CaseResult> CASES = new ArrayList<>();
    private static final Map<String, Map<String, String>> MATRIX = new TreeMap<>();

    private CompatReport() {}

    public static synchronized void add(CaseResult result) {
        CASES.add(result);
    }

    /** Notes in the matrix what a client managed with a feature on a target. */
    public static synchronized void note(String client, String feature, String target, String outcome) {
        MATRIX.computeIfAbsent(client + " · " + feature, key -> new TreeMap<>()).put(target, outcome);
    }

    static synchronized String consoleTable() {
        StringBuilder text = new StringBuilder();
        if (!CASES.isEmpty()) {
            text.append(String.format(
                    "%n%-28s %7s %7s %11s %7s %10s %10s%n",
                    "suite", "cases", "same", "different", "known", "ref ms", "subj ms"));
            for (Map.Entry<String, List<CaseResult>> suite : bySuite().entrySet()) {
                List<CaseResult> cases = suite.getValue();
                long same = cases.stream().filter(CaseResult::isSame).count();
                text.append(String.format(
                        "%-28s %7d %7d %11d %7d %10d %10d%n",
                        suite.getKey(),
                        cases.size(),
                        same,
                        cases.size() - same,
                        cases.stream()
                                .filter(one -> !one.isSame() && KnownDifferences.contains(one.suite(), one.name()))
                                .count(),
                        cases.stream().mapToLong(CaseResult::referenceMs).sum(),
                        cases.stream().mapToLong(CaseResult::subjectMs).sum()));
            }
        }
        if (!MATRIX.isEmpty()) {
            text.append(String.format("%n%-64s %s%n", "client · feature", "outcome by target"));
            MATRIX.forEach((row, outcomes) -> text.append(String.format("%-64s %s%n", row, outcomes)));
        }
        return text.toString();
    }

    static synchronized void writeHtml(Path file) {
        StringBuilder html = new StringBuilder("<!doctype html><meta charset=utf-8><title>Compatibility</title>"
                + "<style>body{font:14px sans-serif}td,th{padding:2px 8px;text-align:left;vertical-align:top}"
                + "tr.bad{background:#fdd}pre{margin:0}</style>");
        for (Map.Entry<String, List<CaseResult>> suite : bySuite().entrySet()) {
            html.append("<h2>")
                    .append(escape(suite.getKey()))
                    .append("</h2><table><tr><th>case<th>reference<th>subject<th>differences");
            for (CaseResult result : suite.getValue()) {
                html.append(result.isSame() ? "<tr>" : "<tr class=bad>")
                        .append("<td>")
                        .append(escape(result.name()));
                html.append("<td>")
                        .append(escape(result.reference()))
                        .append(' ')
                        .append(result.referenceMs())
                        .append(" ms");
                html.append("<td>")
                        .append(escape(result.subject()))
                        .append(' ')
                        .append(result.subjectMs())
                        .append(" ms");
                html.append("<td><pre>")
                        .append(escape(String.join("\n", result.differences())))
                        .append("</pre>");
            }
            html.append("</table>");
        }
        if (!MATRIX.isEmpty()) {
            html.append("<h2>Clients</h2><table><tr><th>client · feature<th>outcome by target");
            MATRIX.forEach((row, outcomes) ->
                    html.append("<tr><td>").append(escape(row)).append("<td>").append(escape(outcomes.toString())));
            html.append("</table>");
        }
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, html);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, List<CaseResult>> bySuite() {
        Map<String, List<CaseResult>> suites = new TreeMap<>();
        CASES.forEach(result ->
                suites.computeIfAbsent(result.suite(), key -> new ArrayList<>()).add(result));
        return suites;
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
