package io.tickwire.compat.report;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What each client managed: client × feature × target. Not for several threads. */
final class ClientMatrix implements Serializable {

    private static final long serialVersionUID = 1L;

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

    /** Returns {@code ok}, the targets on which the feature failed, or nothing where the client was not asked for it. */
    String cell(String client, String feature) {
        Map<String, Boolean> targets = outcomes.get(client).getOrDefault(feature, new TreeMap<>());
        List<String> failed = targets.entrySet().stream()
                .filter(entry -> !entry.getValue())
                .map(Map.Entry::getKey)
                .toList();
        return targets.isEmpty() ? "" : failed.isEmpty() ? "ok" : "FAILED on " + String.join(", ", failed);
    }

    /** Returns {@code target n ok}, and which features failed, for each target. */
    String summary(String client) {
        Map<String, List<String>> failed = new TreeMap<>();
        Map<String, Integer> worked = new TreeMap<>();
        outcomes.get(client)
                .forEach((feature, targets) -> targets.forEach((target, ok) -> {
                    worked.merge(target, ok ? 1 : 0, Integer::sum);
                    if (!ok) {
                        failed.computeIfAbsent(target, key -> new ArrayList<>()).add(feature);
                    }
                }));
        List<String> parts = new ArrayList<>();
        worked.forEach((target, count) -> parts.add(
                target + " " + count + " ok" + (failed.containsKey(target) ? ", FAILED " + failed.get(target) : "")));
        return String.join("; ", parts);
    }
}
