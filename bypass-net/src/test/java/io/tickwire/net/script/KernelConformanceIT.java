package io.tickwire.net.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.net.dpdk.ChildJvm;
import io.tickwire.net.dpdk.Namespace;
import io.tickwire.net.dpdk.Needs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The conformance scripts against Linux' TCP over a TAP device: wherever it does otherwise, {@code kernel-differences.txt} says so and
 * why, and nowhere else. Scripts that wait for long are left out unless {@code -Dtickwire.kernel.script.ms=N} allows for them.
 */
class KernelConformanceIT {
    private static final long LONGEST_MS = Long.getLong("tickwire.kernel.script.ms", 1_000);
    private static final int SHARES = 4;

    @Test
    void linuxDiffersExactlyWhereTheFileSaysSo() throws IOException {
        Needs.dpdk();
        Needs.namespaces();
        Needs.require(
                Files.exists(Path.of("/proc/sys/net/ipv4/tcp_rto_min_us")),
                "Linux 6.11 or later, whose least retransmission timeout can be set for a whole namespace");
        final Map<String, String> known = differences();
        final Map<String, List<String>> outcomes = run();
        final List<String> unexplained = new ArrayList<>();
        final List<String> differing = outcomes.getOrDefault("differs", List.of());
        for (final String entry : differing) {
            if (!known.containsKey(name(entry))) {
                unexplained.add(entry);
            }
        }
        assertEquals(List.of(), unexplained, "differences that the file does not explain");
        for (final String entry : outcomes.getOrDefault("same", List.of())) {
            final String reason = known.getOrDefault(name(entry), "");
            assertTrue(reason.isEmpty() || reason.startsWith("timing:"), "no difference any more: " + entry);
        }
        assertTrue(outcomes.get("same").size() >= 100, outcomes.toString());
    }

    private static String name(String entry) {
        return entry.substring(0, entry.indexOf(" | "));
    }

    /** FILE: NAME to the reason; each line {@code FILE: NAME | REASON}. Reasons that begin with "timing:" may also not differ. */
    private static Map<String, String> differences() throws IOException {
        final Map<String, String> known = new LinkedHashMap<>();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                KernelConformanceIT.class.getResourceAsStream("kernel-differences.txt"), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    final int bar = line.indexOf(" | ");
                    known.put(line.substring(0, bar), line.substring(bar + 3));
                }
            }
        }
        final List<String> all = ConformanceTest.all().stream()
                .map(script -> script.file() + ": " + script.name())
                .toList();
        known.forEach((script, reason) -> {
            assertTrue(all.contains(script), "no such script: " + script);
            assertTrue(reason.length() > 20, "no reason: " + script);
        });
        return known;
    }

    private static Map<String, List<String>> run() {
        final Map<String, List<String>> outcomes = new TreeMap<>();
        final List<Namespace> namespaces = new ArrayList<>();
        final List<ChildJvm> children = new ArrayList<>();
        try {
            for (int share = 0; share < SHARES; share++) {
                namespaces.add(new Namespace());
                children.add(ChildJvm.start(
                        namespaces.get(share).prefix(),
                        KernelScripts.class,
                        Integer.toString(SHARES),
                        Integer.toString(share),
                        Long.toString(LONGEST_MS)));
            }
            for (final ChildJvm child : children) {
                child.join().lines().filter(line -> line.startsWith("= ")).forEach(line -> {
                    final String[] parts = line.substring(2).split(" \\| ", 2);
                    outcomes.computeIfAbsent(parts[0], outcome -> new ArrayList<>())
                            .add(parts[1]);
                });
            }
        } finally {
            children.forEach(ChildJvm::close);
            namespaces.forEach(Namespace::close);
        }
        final int total = outcomes.values().stream().mapToInt(List::size).sum();
        assertEquals(ConformanceTest.all().size(), total);
        outcomes.forEach((outcome, scripts) -> System.out.println("kernel " + outcome + ": " + scripts.size()));
        for (final String verbose : List.of("differs", "inapplicable", "long")) {
            outcomes.getOrDefault(verbose, List.of()).forEach(line -> System.out.println(verbose + " | " + line));
        }
        return outcomes;
    }
}
