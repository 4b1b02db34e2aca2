package io.tickwire.compat.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Figures of one suite on one subject, or of all. */
record SuiteTotals(int cases, long same, long known, Map<String, Long> elapsedMs) {

    static SuiteTotals of(List<CaseResult> results) {
        Map<String, Long> elapsed = new TreeMap<>();
        results.forEach(result -> result.elapsedMs().forEach((target, ms) -> elapsed.merge(target, ms, Long::sum)));
        return new SuiteTotals(
                results.size(),
                results.stream().filter(CaseResult::isSame).count(),
                results.stream().filter(CaseResult::isKnown).count(),
                elapsed);
    }

    /** Cases that differ and are not known to. */
    long different() {
        return cases - same - known;
    }

    /** Returns how long all cases together took on each target, seconds; cases run side by side. */
    String times() {
        return elapsedMs.entrySet().stream()
                .map(entry -> String.format(Locale.ROOT, "%s %.1f", entry.getKey(), entry.getValue() / 1e3))
                .collect(Collectors.joining(", "));
    }
}
