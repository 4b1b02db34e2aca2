package io.tickwire.edge.config;

import java.util.ArrayList;
import java.util.List;

/**
 * CPUs by number, in the order given.
 *
 * @param cpus numbers, from 0; none twice
 */
public record CpuSet(List<Integer> cpus) {
    private static final int MOST = 4096;

    /** Copies the list. */
    public CpuSet {
        cpus = List.copyOf(cpus);
    }

    /** Parses a list such as {@code 2,4-6}, as the kernel writes them. */
    public static CpuSet parse(String text) {
        List<Integer> cpus = new ArrayList<>();
        try {
            for (String part : text.split(",", -1)) {
                int dash = part.indexOf('-');
                int first = Integer.parseInt((dash < 0 ? part : part.substring(0, dash)).strip());
                int last = dash < 0
                        ? first
                        : Integer.parseInt(part.substring(dash + 1).strip());
                if (first < 0 || first > last || last >= MOST) {
                    throw new IllegalArgumentException(part);
                }
                for (int cpu = first; cpu <= last; cpu++) {
                    if (cpus.contains(cpu)) {
                        throw new IllegalArgumentException(part);
                    }
                    cpus.add(cpu);
                }
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("needs CPU numbers, none twice, such as 2,3 or 4-7", e);
        }
        return new CpuSet(cpus);
    }

    @Override
    public String toString() {
        return String.join(",", cpus.stream().map(String::valueOf).toList());
    }
}
