package io.tickwire.compat.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Figures of one suite. */
record SuiteTotals(int cases, long same, long known, Map<String, Target> targets) {

    /** What one target ran of a suite. */
    record Target(int cases, long elapsedMs) {

        Target plus(Target other) {
            return new Target(cases + other.cases, elapsedMs + other.elapsedMs);
        }
    }

    static SuiteTotals of(List<CaseResult> results) {
        Map<String, Target> targets = new LinkedHashMap<>();
        results.forEach(result ->
                result.elapsedMs().forEach((target, ms) -> targets.merge(target, new Target(1, ms), Target::plus)));
        return new SuiteTotals(
                results.size(),
                results.stream().filter(CaseResult::isSame).count(),
                results.stream().filter(CaseResult::isKnown).count(),
                targets);
    }

    /** Cases that differ and are not known to. */
    long different() {
        return cases - same - known;
    }

    /** Returns {@code target: cases, seconds} for each target. */
    String perTarget() {
        return targets.entrySet().stream()
                .map(entry -> String.format(
                        Locale.ROOT,
                        "%s %d in %.1f s",
                        entry.getKey(),
                        entry.getValue().cases(),
                        entry.getValue().elapsedMs() / 1_000.0))
                .collect(Collectors.joining(", "));
    }
}
