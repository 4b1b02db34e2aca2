package io.tickwire.compat.report;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One case and what came of it.
 *
 * @param elapsedMs milliseconds by the name of each target that it ran against, the reference first
 * @param differences what a target did that it should not have; empty when all is well
 */
public record CaseResult(String suite, String name, Map<String, Long> elapsedMs, List<String> differences)
        implements Serializable {

    /** Returns the result of a case that two brokers were compared by. */
    public static CaseResult compared(
            String suite,
            String name,
            String reference,
            String subject,
            long referenceMs,
            long subjectMs,
            List<String> differences) {
        Map<String, Long> elapsed = new LinkedHashMap<>();
        elapsed.put(reference, referenceMs);
        // Kafka compared with itself has one name and two times.
        elapsed.merge(subject, subjectMs, Long::sum);
        return new CaseResult(suite, name, elapsed, differences);
    }

    /** Returns the result of a case that judges one broker by itself. */
    public static CaseResult single(
            String suite, String name, String target, long elapsedMs, List<String> differences) {
        return new CaseResult(suite, name, Map.of(target, elapsedMs), differences);
    }

    /** Returns the target that is judged. */
    String subject() {
        return List.copyOf(elapsedMs.keySet()).getLast();
    }

    /** Returns the target that the other is compared with; empty when there is none. */
    String reference() {
        return elapsedMs.size() > 1 ? List.copyOf(elapsedMs.keySet()).getFirst() : "";
    }

    /** Returns how long it took on the target that the other is compared with, or 0 when there is none. */
    long referenceMs() {
        return elapsedMs.size() > 1 ? List.copyOf(elapsedMs.values()).getFirst() : 0;
    }

    /** Returns how long it took on the target that is judged. */
    long subjectMs() {
        return List.copyOf(elapsedMs.values()).getLast();
    }

    public boolean isSame() {
        return differences.isEmpty();
    }

    /** Says whether it differs as FINDINGS.md says it does. */
    boolean isKnown() {
        return !isSame() && KnownDifferences.contains(suite, name);
    }
}
