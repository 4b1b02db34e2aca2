package io.tickwire.compat.wire;

import io.tickwire.compat.target.RepositoryRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fields of responses whose values may differ between the brokers: the rows {@code | KEY or * | `field` | reason |} of
 * FINDINGS.md, so that the list with the reasons is the list that counts.
 */
final class AllowedDifferences {

    private static final Pattern ROW = Pattern.compile("^\\| (\\*|[A-Z_]+) \\| `([^`]+)` \\| (.+) \\|$");

    private record Row(String key, String field, String reason) {

        /** Says whether even the kind of value may differ. */
        boolean allowsAnything() {
            return reason.startsWith("any value:");
        }

        /** Says whether an array is compared without the elements that others have made. */
        boolean leavesOthersOut() {
            return reason.startsWith("others' left out:");
        }
    }

    private final List<Row> rows = new ArrayList<>();
    private final Set<Row> used = new HashSet<>();

    static AllowedDifferences load() {
        Path file = RepositoryRoot.find().resolve("compat-tests/FINDINGS.md");
        AllowedDifferences allowed = new AllowedDifferences();
        try {
            for (String line : Files.readAllLines(file)) {
                Matcher matcher = ROW.matcher(line);
                if (matcher.matches()) {
                    allowed.rows.add(new Row(matcher.group(1), matcher.group(2), matcher.group(3)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (allowed.rows.isEmpty()) {
            throw new IllegalStateException("no row of allowed differences in " + file);
        }
        return allowed;
    }

    boolean isAllowed(String key, String path) {
        return find(key, path) != null;
    }

    /** Says whether null, empty, negative and other values of a field are all the same. */
    boolean isAnythingAllowed(String key, String path) {
        Row row = find(key, path);
        return row != null && row.allowsAnything();
    }

    /** Says whether those elements of an array that other cases have made are left out, and the rest compared. */
    boolean isWithoutOthers(String key, String path) {
        Row row = find(key, path);
        return row != null && row.leavesOthersOut();
    }

    private Row find(String key, String path) {
        String plain = path.replace("[]", "");
        for (Row row : rows) {
            boolean same = plain.equals(row.field()) || plain.endsWith("." + row.field());
            if (same && (row.key().equals("*") || row.key().equals(key))) {
                used.add(row);
                return row;
            }
        }
        return null;
    }

    /** Returns rows whose field was in no answer. */
    List<String> unused() {
        return rows.stream()
                .filter(row -> !used.contains(row))
                .map(Row::toString)
                .toList();
    }
}
