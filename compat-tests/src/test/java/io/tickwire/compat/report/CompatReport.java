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
    private static final ClientMatrix MATRIX = new ClientMatrix();

    /** What one process has to tell another. */
    private record Results(ArrayList<CaseResult> cases, ClientMatrix matrix) implements Serializable {}

    /** What the results are summed up by. */
    record Group(String suite, String subject) implements Comparable<Group> {

        @Override
        public int compareTo(Group other) {
            int bySuite = suite.compareTo(other.suite);
            return bySuite != 0 ? bySuite : subject.compareTo(other.subject);
        }
    }

    private CompatReport() {}

    public static synchronized void add(CaseResult result) {
        CASES.add(result);
    }

    /** Notes in the matrix what a client managed with a feature on a target. */
    public static synchronized void note(String client, String feature, String target, boolean worked) {
        MATRIX.note(client, feature, target, worked);
    }

    /** Writes the results of this process for {@link #load}. */
    static synchronized void save(Path file) {
        try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(file))) {
            out.writeObject(new Results(new ArrayList<>(CASES), MATRIX));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds the results of another process to those of this one. */
    public static synchronized void load(Path file) {
        try (ObjectInputStream in = new ObjectInputStream(Files.newInputStream(file))) {
            Results results = (Results) in.readObject();
            CASES.addAll(results.cases());
            MATRIX.addAll(results.matrix());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    static synchronized String consoleTable() {
        StringBuilder text = new StringBuilder();
        if (!CASES.isEmpty()) {
            String row = "%-32s %-15s %6s %6s %6s %10s  %s%n";
            text.append(String.format(
                    "%n" + row, "suite", "subject", "cases", "same", "known", "different", "seconds by target"));
            groups().forEach((group, results) ->
                    text.append(line(row, group.suite(), group.subject(), SuiteTotals.of(results))));
            text.append(line(row, "all", "", SuiteTotals.of(CASES)));
        }
        if (!MATRIX.isEmpty()) {
            text.append(String.format("%nK Kafka, T Tickwire, S with several shards, D over DPDK%n"))
                    .append(MATRIX.markdown());
            MATRIX.failures().forEach(failure -> text.append(String.format("FAILED %s%n", failure)));
        }
        return text.toString();
    }

    /** Returns the letter that stands for a target in the matrix. */
    public static String letter(String target) {
        return ClientMatrix.letter(target);
    }

    static synchronized void writeHtml(Path file) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, HtmlReport.of(groups(), MATRIX));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String line(String row, String suite, String subject, SuiteTotals totals) {
        return String.format(
                row, suite, subject, totals.cases(), totals.same(), totals.known(), totals.different(), totals.times());
    }

    private static Map<Group, List<CaseResult>> groups() {
        Map<Group, List<CaseResult>> groups = new TreeMap<>();
        CASES.forEach(
                result -> groups.computeIfAbsent(new Group(result.suite(), result.subject()), key -> new ArrayList<>())
                        .add(result));
        return groups;
    }
}
