package io.tickwire.edge.launch;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Two network namespaces of our own with a cable between them: {@code v0} where the broker is, {@code v1} where the clients are. */
final class Lab implements AutoCloseable {
    private static final long LIMIT_S = 120;

    private final String prefix = "twlab" + ProcessHandle.current().pid();
    private final Thread hook = new Thread(this::delete);
    private final List<Process> started = new ArrayList<>();
    private boolean deleted;

    /** Skips the test where something is missing, or fails it in CI. */
    static void require(String... commands) {
        String missing = "root".equals(System.getProperty("user.name")) ? "" : "root";
        for (String command : commands) {
            missing += isInstalled(command) ? "" : " " + command;
        }
        require(missing.isEmpty(), missing.strip());
    }

    /** Skips the test when something is not there, or fails it in CI. */
    static void require(boolean present, String what) {
        if (!present) {
            Assertions.assertNotEquals("true", System.getenv("CI"), "needed in CI: " + what);
            System.out.println("skipped, missing: " + what);
        }
        Assumptions.assumeTrue(present, "missing: " + what);
    }

    private static boolean isInstalled(String command) {
        for (String directory : (System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1)) {
            if (Files.isExecutable(Path.of(directory, command))) {
                return true;
            }
        }
        return false;
    }

    Lab() throws IOException, InterruptedException {
        Runtime.getRuntime().addShutdownHook(hook);
        for (String side : List.of("s", "c")) {
            run("ip", "netns", "add", prefix + side);
            inside(side, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1");
            inside(side, "ip", "link", "set", "lo", "up");
        }
        inside("s", "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1", "netns", prefix + "c");
        for (List<String> end : List.of(List.of("s", "v0"), List.of("c", "v1"))) {
            // With offloads on, the kernel would leave checksums to a NIC that is not there.
            inside(
                    end.get(0),
                    "ethtool",
                    "-K",
                    end.get(1),
                    "tx",
                    "off",
                    "rx",
                    "off",
                    "tso",
                    "off",
                    "gso",
                    "off",
                    "gro",
                    "off");
            inside(end.get(0), "ip", "link", "set", end.get(1), "up");
        }
        inside("c", "ip", "address", "add", "10.77.0.2/24", "dev", "v1");
        inside("c", "ip", "route", "add", "224.0.0.0/4", "dev", "v1");
    }

    /** Runs a command on the broker's side ("s") or the clients' ("c") and answers its output. */
    String inside(String side, String... command) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", prefix + side));
        whole.addAll(List.of(command));
        return run(whole.toArray(String[]::new));
    }

    /** Starts a command that lasts; ended with the lab. Errors go where this JVM's go. */
    Process start(String side, List<String> command) throws IOException {
        List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", prefix + side));
        whole.addAll(command);
        Process process = new ProcessBuilder(whole)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        started.add(process);
        return process;
    }

    /** This JVM's command line with another main class. */
    static List<String> java(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.startsWith("-Dsurefire") && !flag.startsWith("-agentlib")) {
                command.add(flag);
            }
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Assertions.assertTrue(process.waitFor(LIMIT_S, TimeUnit.SECONDS), () -> String.join(" ", command));
        Assertions.assertEquals(0, process.exitValue(), () -> String.join(" ", command) + ": " + output);
        return output;
    }

    private synchronized void delete() {
        if (deleted) {
            return;
        }
        deleted = true;
        started.forEach(Process::destroyForcibly);
        for (String side : List.of("s", "c")) {
            try {
                run("ip", "netns", "del", prefix + side);
            } catch (IOException | AssertionError e) {
                System.err.println(e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        delete();
        Runtime.getRuntime().removeShutdownHook(hook);
    }
}
