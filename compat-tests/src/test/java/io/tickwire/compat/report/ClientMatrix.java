package io.tickwire.compat.report;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What each client managed: client × feature × target. Not for several threads. */
final class ClientMatrix implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Kafka, Tickwire, Tickwire with several shards, Tickwire over DPDK. */
    private static final String LETTERS = "KTSD";

    /** Client, feature, target: whether it worked. */
    private final TreeMap<String, LinkedHashMap<String, TreeMap<String, Boolean>>> outcomes = new TreeMap<>();

    void note(String client, String feature, String target, boolean worked) {
        outcomes.computeIfAbsent(client, key -> new LinkedHashMap<>())
                .computeIfAbsent(feature, key -> new TreeMap<>())
                .put(target, worked);
    }

    void addAll(ClientMatrix other) {
        other.outcomes.forEach((client, features) -> features.forEach(
                (feature, targets) -> targets.forEach((target, worked) -> note(client, feature, target, worked))));
    }

    boolean isEmpty() {
        return outcomes.isEmpty();
    }

    Set<String> clients() {
        return outcomes.keySet();
    }

    /** Returns the features of all clients, in the order in which they were first tried. */
    Set<String> features() {
        Set<String> features = new LinkedHashSet<>();
        outcomes.values().forEach(row -> features.addAll(row.keySet()));
        return features;
    }

    /** Returns the letters of the targets on which a feature works. */
    String letters(String client, String feature) {
        return targets(client, feature).entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(entry -> letter(entry.getKey()))
                .sorted(Comparator.comparingInt(LETTERS::indexOf))
                .collect(Collectors.joining());
    }

    /** Returns the targets on which a feature does not work. */
    List<String> failed(String client, String feature) {
        return targets(client, feature).entrySet().stream()
                .filter(entry -> !entry.getValue())
                .map(Map.Entry::getKey)
                .toList();
    }

    private Map<String, Boolean> targets(String client, String feature) {
        return outcomes.get(client).getOrDefault(feature, new TreeMap<>());
    }

    /** Returns the matrix as the table of {@code docs/clients.md}: in each cell the letters of the targets on which it works. */
    String markdown() {
        StringBuilder text = new StringBuilder("| client | " + String.join(" | ", features()) + " |\n");
        text.append("| --- ".repeat(features().size() + 1)).append("|\n");
        for (String client : clients()) {
            text.append("| `").append(client).append("` |");
            for (String feature : features()) {
                String letters = letters(client, feature);
                text.append(letters.isEmpty() ? " |" : " " + letters + " |");
            }
            text.append('\n');
        }
        return text.toString();
    }

    /** Returns the letter of a target's kind. */
    static String letter(String target) {
        return switch (target) {
            case "kafka-container", "kafka-process" -> "K";
            case "tickwire" -> "T";
            case "tickwire-shards" -> "S";
            case "tickwire-dpdk" -> "D";
            default -> throw new IllegalArgumentException(target);
        };
    }

    /** Returns what did not work, one line each. */
    List<String> failures() {
        List<String> failures = new ArrayList<>();
        for (String client : clients()) {
            outcomes.get(client)
                    .keySet()
                    .forEach(feature -> failed(client, feature)
                            .forEach(target -> failures.add(client + ", " + feature + " on " + target)));
        }
        return failures;
    }
}
