package io.tickwire.compat.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.tickwire.compat.report.CaseResult;
import io.tickwire.compat.report.CompatReport;
import io.tickwire.compat.target.Targets;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Appends, transactions, group commits and readers while the broker is killed, stopped, paused and cut off, judged by {@link
 * HistoryChecker}. {@code -Dcompat.faults.seed=N} replays a schedule, {@code -Dcompat.faults.count=N} makes it longer.
 */
class FaultsIT {

    private static final long SEED = Long.getLong("compat.faults.seed", System.nanoTime() & 0xffff_ffffL);
    private static final int RUN_TIMEOUT_S = 240;
    private static final int FAULT_TIMEOUT_S = 90;

    @Test
    void tickwireKeepsItsPromises() throws Exception {
        run("tickwire", 6);
    }

    /** The workload and its checker ask nothing that Kafka does not give. */
    @Test
    void kafkaKeepsItsPromises() throws Exception {
        run("kafka-process", 3);
    }

    private static void run(String target, int defaultCount) throws IOException, InterruptedException {
        List<String> namespace = LoopbackCut.namespaceCommand();
        if (namespace.isEmpty()) {
            assertNotEquals(true, Targets.isContinuousIntegration(), "CI needs network namespaces and nft");
            System.out.println("No network namespace can be made (root, unshare, nft): the network is not cut.");
        }
        int count = Integer.getInteger("compat.faults.count", defaultCount);
        List<String> command = new ArrayList<>(namespace);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.startsWith("-Dsurefire") && !flag.startsWith("-javaagent")) {
                command.add(flag);
            }
        }
        // Clients tell of each attempt to reach a broker that is down.
        command.add("-Djava.util.logging.config.file=" + System.getProperty("java.util.logging.config.file", ""));
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                FaultRun.class.getName(),
                target,
                Long.toString(SEED),
                Integer.toString(count),
                namespace.isEmpty() ? "no-network" : "network",
                emptyDirectory(target).toString()));
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output;
        try {
            Thread watchdog =
                    Thread.ofVirtual().start(() -> endAfter(process, RUN_TIMEOUT_S + count * FAULT_TIMEOUT_S));
            output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            watchdog.interrupt();
        } finally {
            process.destroy();
        }
        int status = process.waitFor();
        output.lines().filter(line -> !line.contains("WARN")).forEach(System.out::println);
        List<String> anomalies =
                output.lines().filter(line -> line.startsWith("ANOMALY")).toList();
        CompatReport.add(CaseResult.single(
                "faults",
                "seed " + SEED + ", " + count + " faults" + (namespace.isEmpty() ? ", network not cut" : ""),
                target,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
                anomalies));
        assertEquals(List.of(), anomalies);
        assertEquals(0, status, output);
    }

    /** Returns where a run against a target leaves what tells of it, without what the last one left. */
    private static Path emptyDirectory(String target) throws IOException {
        Path directory = Path.of("target", "compat-report", "faults", target).toAbsolutePath();
        if (Files.exists(directory)) {
            try (Stream<Path> paths = Files.walk(directory)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        return Files.createDirectories(directory);
    }

    private static void endAfter(Process process, int seconds) {
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
