package io.tickwire.net.dpdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;

/**
 * A process of its own for each DPDK environment, which starts only once per process, and so that a crash in a driver fails a test and not
 * the run. Has this JVM's flags and class path.
 */
public final class ChildJvm implements AutoCloseable {
    private static final long LIMIT_S = 60;

    private final String name;
    private final Process process;
    private final CompletableFuture<String> output;

    private ChildJvm(final String name, final Process process) {
        this.name = name;
        this.process = process;
        output = CompletableFuture.supplyAsync(() -> {
            try {
                return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            } catch (final IOException failure) {
                throw new UncheckedIOException(failure);
            }
        });
    }

    /** Starts a child.
     *
     * @param prefix such as {@code ip netns exec NAME}, or empty. */
    public static ChildJvm start(final List<String> prefix, final Class<?> main, final String... arguments) {
        final List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (final String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            // Maven hands its own jars over in files of one process only.
            if (!flag.startsWith("-Dsurefire") && !flag.startsWith("-agentlib")) {
                command.add(flag);
            }
        }
        command.addAll(List.of("-ea", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        try {
            return new ChildJvm(
                    main.getSimpleName() + List.of(arguments),
                    new ProcessBuilder(command).redirectErrorStream(true).start());
        } catch (final IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Waits for the end and answers what was printed; fails on any exit status but 0. */
    public String join() {
        try {
            if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                Assertions.fail(name + " did not end within " + LIMIT_S + " s: " + output.join());
            }
        } catch (final InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
        Assertions.assertEquals(0, process.exitValue(), () -> name + ": " + output.join());
        return output.join();
    }

    /** Runs a child from start to end. */
    public static String run(final List<String> prefix, final Class<?> main, final String... arguments) {
        try (ChildJvm child = start(prefix, main, arguments)) {
            return child.join();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
