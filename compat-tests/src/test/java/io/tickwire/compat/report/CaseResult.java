package io.tickwire.compat.report;

import java.util.List;

/** One case, run against both brokers. Times in milliseconds; differences empty when both were seen to do the same. */
public record CaseResult(
        String suite,
        String name,
        String reference,
        String subject,
        long referenceMs,
        long subjectMs,
        List<String> differences) {

    public boolean isSame() {
        return differences.isEmpty();
    }
}
