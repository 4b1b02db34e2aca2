package io.tickwire.compat.bench.net;

import io.tickwire.compat.bench.Hardware;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Processes that measure: one DPDK environment each. */
final class BenchProcess {
    private static final int LIMIT_S = 120;

    private BenchProcess() {}

    /** Runs a main class in a JVM with the production flags; its lines of output. */
    static List<String> java(Class<?> main, String... arguments) throws IOException {
        return java(List.of(), main, arguments);
    }

    /** The same behind a prefix, a command that runs another. */
    static List<String> java(List<String> prefix, Class<?> main, String... arguments) throws IOException {
        return run(command(prefix, main, arguments));
    }

    /** Starts a main class likewise; the process is the caller's to end. */
    static Process start(List<String> prefix, Class<?> main, String... arguments) throws IOException {
        return new ProcessBuilder(command(prefix, main, arguments))
                .redirectErrorStream(true)
                .start();
    }

    private static List<String> command(List<String> prefix, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(Hardware.jvmArgs());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** The arguments that the Java side starts DPDK with too. */
    static List<String> ealArguments(String... further) {
        List<String> arguments = new ArrayList<>(List.of(
                "--no-huge", "-m", "256", "--no-shconf", "--no-pci", "--no-telemetry", "--log-level=lib.eal:error"));
        arguments.addAll(List.of(further));
        return arguments;
    }

    /** Runs a command; its lines of output, errors among them. */
    static List<String> run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + " failed: " + output);
            }
            return output.lines().toList();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
