package io.tickwire.compat.wire;

import io.tickwire.compat.target.RepositoryRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.protocol.ApiKeys;

/** In which forms each key at each version was asked of both brokers: the table of docs/wire-coverage.md. */
final class WireCoverage {

    /** What a request is like. */
    enum Form {
        VALID("valid"),
        REFUSED("right, but refused by one broker without security"),
        UNKNOWN("unknown names"),
        EPOCH("bad epochs"),
        SIZE("wrong sizes"),
        SESSION("stale sessions"),
        OVERSIZED("oversized fields"),
        ORDER("wrong order"),
        VALUE("odd values"),
        VERSION("unsupported versions"),
        HALF("half requests");

        private final String title;

        Form(String title) {
            this.title = title;
        }
    }

    private static final List<Form> OF_EVERY_REQUEST =
            List.of(Form.UNKNOWN, Form.OVERSIZED, Form.VALUE, Form.VERSION, Form.HALF);
    private static final Map<ApiKeys, Map<Form, TreeSet<Integer>>> ASKED = new TreeMap<>();

    private WireCoverage() {}

    static synchronized void note(ApiKeys key, int version, Form form) {
        ASKED.computeIfAbsent(key, any -> new EnumMap<>(Form.class))
                .computeIfAbsent(form, any -> new TreeSet<>())
                .add(version);
    }

    static List<ApiKeys> keys() {
        return ApiKeys.apisForListener(ListenerType.BROKER).stream().sorted().toList();
    }

    /** Returns what is missing: a right request, or a form that every request has, at any version of any key. */
    static synchronized List<String> gaps() {
        List<String> gaps = new ArrayList<>();
        for (ApiKeys key : keys()) {
            for (int version = key.oldestVersion(); version <= key.latestVersion(false); version++) {
                if (!wasAsked(key, version, Form.VALID) && !wasAsked(key, version, Form.REFUSED)) {
                    gaps.add(key + " v" + version + ": no right request");
                }
                for (Form form : OF_EVERY_REQUEST) {
                    boolean hasBody =
                            GenericRequests.body(WireFormat.requestSchemas(key)[version], GenericRequests.Filling.SOME)
                                            .length
                                    > 0;
                    if (!wasAsked(key, version, form) && (form != Form.HALF || hasBody)) {
                        gaps.add(key + " v" + version + ": no " + form.title);
                    }
                }
            }
        }
        return gaps;
    }

    private static boolean wasAsked(ApiKeys key, int version, Form form) {
        return versions(key, form).contains(version);
    }

    private static NavigableSet<Integer> versions(ApiKeys key, Form form) {
        return ASKED.getOrDefault(key, Map.of()).getOrDefault(form, new TreeSet<>());
    }

    /** Returns one row per key; a cell has the versions, "all" for each that there is. */
    static synchronized String table() {
        StringBuilder text = new StringBuilder("| key | versions | "
                + Arrays.stream(Form.values()).map(form -> form.title).collect(Collectors.joining(" | ")) + " |\n");
        text.append("| --- ".repeat(Form.values().length + 2)).append("|\n");
        for (ApiKeys key : keys()) {
            text.append("| ").append(key).append(" | ").append(range(key.oldestVersion(), key.latestVersion(false)));
            for (Form form : Form.values()) {
                text.append(" | ").append(cell(key, versions(key, form)));
            }
            text.append(" |\n");
        }
        return text.toString();
    }

    private static String cell(ApiKeys key, NavigableSet<Integer> versions) {
        boolean all = IntStream.rangeClosed(key.oldestVersion(), key.latestVersion(false))
                .allMatch(versions::contains);
        if (all) {
            return "all";
        }
        List<String> ranges = new ArrayList<>();
        for (Integer first = versions.isEmpty() ? null : versions.first(); first != null; ) {
            int last = first;
            while (versions.contains(last + 1)) {
                last++;
            }
            ranges.add(range(first, last));
            first = versions.higher(last);
        }
        return String.join(", ", ranges);
    }

    private static String range(int first, int last) {
        return first == last ? Integer.toString(first) : first + "–" + last;
    }

    /** Demands that the table in the documentation is the one of this run, which is left under target/. */
    static void assertDocumented() {
        Path module = RepositoryRoot.find().resolve("compat-tests");
        try {
            Path seen = module.resolve("target/wire-coverage.md");
            Files.createDirectories(seen.getParent());
            Files.writeString(seen, table());
            if (!Files.readString(module.resolve("docs/wire-coverage.md")).endsWith(table())) {
                throw new AssertionError("docs/wire-coverage.md does not end with the table of this run: see " + seen);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
