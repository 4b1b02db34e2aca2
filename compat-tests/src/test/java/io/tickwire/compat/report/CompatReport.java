package io.tickwire.compat.report;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
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

    /** What one process has to tell another. */
    private record Results(ArrayList<CaseResult> cases, TreeMap<String, Map<String, String>> matrix)
            implements Serializable {}

    private CompatReport() {}

    public static synchronized void add(CaseResult result) {
        CASES.add(result);
    }

    /** Notes in the matrix what a client managed with a feature on a target. */
    public static synchronized void note(String client, String feature, String target, String outcome) {
        MATRIX.computeIfAbsent(client + " · " + feature, key -> new TreeMap<>()).put(target, outcome);
    }

    /** Writes the results of this process for {@link #load}. */
    static synchronized void save(Path file) {
        try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(file))) {
            out.writeObject(new Results(new ArrayList<>(CASES), new TreeMap<>(MATRIX)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds the results of another process to those of this one. */
    public static synchronized void load(Path file) {
        try (ObjectInputStream in = new ObjectInputStream(Files.newInputStream(file))) {
            Results results = (Results) in.readObject();
            CASES.addAll(results.cases());
            results.matrix()
                    .forEach((row, outcomes) ->
                            MATRIX.computeIfAbsent(row, key -> new TreeMap<>()).putAll(outcomes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    static synchronized String consoleTable() {
        StringBuilder text = new StringBuilder();
        if (!CASES.isEmpty()) {
            String row = "%-28s %6s %6s %6s %10s  %s%n";
            text.append(String.format("%n" + row, "suite", "cases", "same", "known", "different", "per target"));
            bySuite().forEach((suite, results) -> {
                SuiteTotals totals = SuiteTotals.of(results);
                text.append(String.format(
                        row,
                        suite,
                        totals.cases(),
                        totals.same(),
                        totals.known(),
                        totals.different(),
                        totals.perTarget()));
            });
            SuiteTotals all = SuiteTotals.of(CASES);
            text.append(
                    String.format(row, "all", all.cases(), all.same(), all.known(), all.different(), all.perTarget()));
        }
        if (!MATRIX.isEmpty()) {
            text.append(String.format("%n%-64s %s%n", "client · feature", "outcome by target"));
            MATRIX.forEach((row, outcomes) -> text.append(String.format("%-64s %s%n", row, outcomes)));
        }
        return text.toString();
    }

    static synchronized void writeHtml(Path file) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, HtmlReport.of(bySuite(), MATRIX));
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
}
