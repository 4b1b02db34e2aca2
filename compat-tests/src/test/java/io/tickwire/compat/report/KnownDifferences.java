package io.tickwire.compat.report;

import io.tickwire.compat.target.RepositoryRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Cases in which Tickwire is known to differ from Kafka: the rows {@code | suite | `case` | what |} under "Cases known to
 * differ" of FINDINGS.md. Such a case still runs and is reported; it does not fail the build. A {@code *} stands for any text.
 */
public final class KnownDifferences {

    private static final Pattern ROW = Pattern.compile("^\\| ([a-z][a-zA-Z *]+) \\| `([^`]+)` \\| (.+) \\|$");
    private static final List<Row> ROWS = load();

    /** Rows that a case of this process falls under, and whether any of these cases differed. */
    private static final Map<Row, Boolean> MET = new ConcurrentHashMap<>();

    private record Row(Pattern suite, Pattern name, String reason) {

        boolean covers(String suiteName, String caseName) {
            return suite.matcher(suiteName).matches() && name.matcher(caseName).matches();
        }

        @Override
        public String toString() {
            return suite + " " + name + ": " + reason;
        }
    }

    private KnownDifferences() {}

    static boolean contains(String suite, String name) {
        return ROWS.stream().anyMatch(row -> row.covers(suite, name));
    }

    /** Returns what FINDINGS.md says of a case. */
    static String reasons(String suite, String name) {
        return ROWS.stream()
                .filter(row -> row.covers(suite, name))
                .map(Row::reason)
                .collect(Collectors.joining("; "));
    }

    /** Says whether what came of a case may be so: nothing differs, or a row says that something does. */
    public static boolean isExpected(String suite, String name, boolean differs) {
        ROWS.stream()
                .filter(row -> row.covers(suite, name))
                .forEach(row -> MET.merge(row, differs, Boolean::logicalOr));
        return !differs || contains(suite, name);
    }

    /** Returns why a case is left out, or null when it runs. */
    public static String notRun(String suite, String name) {
        return ROWS.stream()
                .filter(row -> row.covers(suite, name) && row.reason().startsWith("not run"))
                .map(Row::reason)
                .findFirst()
                .orElse(null);
    }

    /** Says whether a row says that Kafka does not answer, so that its answer need not be waited for. */
    public static boolean isReferenceSilent(String suite, String name) {
        return ROWS.stream()
                .anyMatch(row -> row.covers(suite, name) && row.reason().startsWith("Kafka never answers"));
    }

    /** Demands that each row which cases of this process fell under was needed by one of them, unless it says that it is not always. */
    public static void assertNoneStale() {
        List<String> stale = MET.entrySet().stream()
                .filter(row -> !row.getValue() && !row.getKey().reason().startsWith("sometimes:"))
                .map(row -> row.getKey().toString())
                .toList();
        if (!stale.isEmpty()) {
            throw new AssertionError("rows of FINDINGS.md whose cases are the same now:\n" + String.join("\n", stale));
        }
    }

    private static List<Row> load() {
        Path file = RepositoryRoot.find().resolve("compat-tests/FINDINGS.md");
        List<Row> rows = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                Matcher matcher = ROW.matcher(line);
                if (matcher.matches()) {
                    rows.add(new Row(glob(matcher.group(1)), glob(matcher.group(2)), matcher.group(3)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }

    private static Pattern glob(String text) {
        return Pattern.compile("\\Q" + text.replace("*", "\\E.*\\Q") + "\\E");
    }
}
