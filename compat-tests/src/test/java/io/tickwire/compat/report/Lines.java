package io.tickwire.compat.report;

import java.util.ArrayList;
import java.util.List;

/** Compares what was seen of two brokers. */
public final class Lines {

    private Lines() {}

    /** Returns what only one has: {@code - reference}, {@code + subject}; equal lines are left out. */
    public static List<String> differences(List<String> expected, List<String> actual) {
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < Math.max(expected.size(), actual.size()); i++) {
            String left = i < expected.size() ? expected.get(i) : null;
            String right = i < actual.size() ? actual.get(i) : null;
            if (left != null && left.equals(right)) {
                continue;
            }
            if (left != null) {
                differences.add("- " + left);
            }
            if (right != null) {
                differences.add("+ " + right);
            }
        }
        return differences;
    }
}
