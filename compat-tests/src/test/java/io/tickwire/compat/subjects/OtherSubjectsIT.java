package io.tickwire.compat.subjects;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.tickwire.compat.report.CompatReport;
import io.tickwire.compat.report.ReportListener;
import io.tickwire.compat.target.Targets;
import io.tickwire.net.dpdk.ffi.DpdkLibrary;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Tickwire with several shards, and over its userspace stack, is no other broker: a part of the suite, against Kafka in a child
 * process. {@code -Dcompat.subjects.whole=true} runs all that such a target can run, {@code -Dcompat.subjects.clients=true} the
 * clients that are no part of this process.
 */
class OtherSubjectsIT {

    private static final boolean WHOLE = Boolean.getBoolean("compat.subjects.whole");
    private static final boolean CLIENTS = Boolean.getBoolean("compat.subjects.clients");
    private static final int TIMEOUT_S = WHOLE ? 2_400 : CLIENTS ? 900 : 300;
    private static final String PACKAGE = "io.tickwire.compat.";
    private static final List<String> EVERYTHING = List.of(
            "differential.AdminCasesIT",
            "differential.ConsumerCasesIT",
            "differential.GroupCasesIT",
            "differential.ProducerCasesIT",
            "differential.QuotaCasesIT",
            "differential.ShareCasesIT",
            "differential.ShareWireCasesIT",
            "differential.StreamsApplicationCasesIT",
            "differential.StreamsGroupCasesIT",
            "differential.StreamsTopologyCasesIT",
            "differential.TransactionCasesIT",
            "differential.TransactionWireCasesIT",
            "wire.WireDifferentialIT",
            "tools.ClusterToolsIT",
            "tools.DataToolsIT",
            "tools.GroupToolsIT",
            "tools.TopicToolsIT",
            "endtoend.CrowdIT",
            "clients.ClientMatrixIT");

    /** Large and odd frames, half requests and closed connections: what a TCP of our own could do wrong. */
    private static final List<String> FOR_A_STACK = List.of(
            "wire.WireDifferentialIT#frames",
            "differential.ProducerCasesIT#sizes",
            "differential.ProducerCasesIT#records",
            "differential.ConsumerCasesIT#limits",
            "differential.TransactionWireCasesIT");

    /** Topics with several partitions, whose requests go to several threads. */
    private static final List<String> FOR_SHARDS = List.of(
            "differential.ProducerCasesIT#records",
            "differential.ConsumerCasesIT#questions",
            "differential.AdminCasesIT#offsets",
            "differential.TransactionWireCasesIT");

    @Test
    void userspaceStack() throws Exception {
        require(isRoot(), "root");
        require(isInstalled("ip") && isInstalled("ethtool") && isInstalled("unshare"), "ip, ethtool and unshare");
        require(DpdkLibrary.hasDriver("net_af_packet"), "DPDK with its af_packet driver");
        // In a network namespace of its own, so that the clients' end of the cable is in no one's way.
        run(
                "tickwire-dpdk",
                List.of("unshare", "-n", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh"),
                chosen(FOR_A_STACK));
    }

    @Test
    void severalShards() throws Exception {
        run("tickwire-shards", List.of(), chosen(FOR_SHARDS));
    }

    private static List<String> chosen(List<String> part) {
        return WHOLE ? EVERYTHING : CLIENTS ? List.of("clients.ClientMatrixIT") : part;
    }

    private static void run(String subject, List<String> starter, List<String> tests) throws Exception {
        Path directory = Files.createDirectories(Path.of("target", "compat-report"));
        Path results = directory.resolve(subject + ".results").toAbsolutePath();
        Path log = directory.resolve(subject + ".log");
        List<String> command = new ArrayList<>(starter);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.startsWith("-Dsurefire") && !flag.startsWith("-javaagent")) {
                command.add(flag);
            }
        }
        command.add("-Djava.util.logging.config.file=" + System.getProperty("java.util.logging.config.file", ""));
        for (String name : System.getProperties().stringPropertyNames()) {
            if (name.startsWith("compat.")) {
                command.add("-D" + name + "=" + System.getProperty(name));
            }
        }
        command.add("-D" + Targets.SUBJECT_PROPERTY + "=" + subject);
        command.add("-D" + Targets.REFERENCE_PROPERTY + "=kafka-process");
        command.add("-D" + ReportListener.RESULTS_PROPERTY + "=" + results);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), SuiteRun.class.getName()));
        tests.forEach(test -> command.add(PACKAGE + test));
        Files.deleteIfExists(results);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended;
        try {
            ended = process.waitFor(TIMEOUT_S, TimeUnit.SECONDS);
        } finally {
            process.destroy();
        }
        if (Files.exists(results)) {
            CompatReport.load(results);
        }
        assertTrue(ended, () -> "no end within " + TIMEOUT_S + " s:\n" + failures(log));
        assertEquals(0, process.exitValue(), () -> failures(log));
    }

    /** Returns what the program said of failed tests: the end of its output. */
    private static String failures(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            int from = 0;
            while (from < lines.size() && !lines.get(from).startsWith("FAILED ")) {
                from++;
            }
            int start = from < lines.size() ? from : Math.max(0, lines.size() - 50);
            return String.join("\n", lines.subList(start, lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static void require(boolean present, String what) {
        if (!present) {
            if (Targets.isContinuousIntegration()) {
                fail("needed in CI: " + what);
            }
            System.out.println("skipped, missing: " + what);
            abort("missing: " + what);
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static boolean isInstalled(String program) {
        return Stream.of((System.getenv("PATH") + ":/usr/sbin:/sbin").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
