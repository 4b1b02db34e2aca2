package io.tickwire.compat.report;

import io.tickwire.compat.target.RepositoryRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cases in which Tickwire is known to differ from Kafka: the rows {@code | suite | `case` | what |} under "Cases known to
 * differ" of FINDINGS.md. Such a case still runs and is reported; it does not fail the build. A {@code *} stands for any text.
 */
public final class KnownDifferences {

    private static final Pattern ROW = Pattern.compile("^\\| ([a-z][a-zA-Z *]+) \\| `([^`]+)` \\| (.+) \\|$");
    private static final List<Row> ROWS = load();

    private record Row(Pattern suite, Pattern name, String reason) {}

    private KnownDifferences() {}

    public static boolean contains(String suite, String name) {
        return ROWS.stream()
                .anyMatch(row -> row.suite().matcher(suite).matches()
                        && row.name().matcher(name).matches());
    }

    /** Returns why a case is left out, or null when it runs. */
    public static String notRun(String suite, String name) {
        return ROWS.stream()
                .filter(row -> row.suite().matcher(suite).matches()
                        && row.name().matcher(name).matches()
                        && row.reason().startsWith("not run"))
                .map(Row::reason)
                .findFirst()
                .orElse(null);
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
