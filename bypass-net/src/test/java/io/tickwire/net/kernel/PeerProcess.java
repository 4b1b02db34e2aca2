package io.tickwire.net.kernel;

import io.tickwire.net.dpdk.Namespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;

/** A JVM in a namespace that is told what to do line by line. */
final class PeerProcess implements AutoCloseable {
    private static final String END = "(ended)";

    private final String name;
    private final Process process;
    private final Writer input;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final List<String> log = new CopyOnWriteArrayList<>();

    private PeerProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        input = process.outputWriter(StandardCharsets.UTF_8);
        final Thread reader = new Thread(this::read, name);
        reader.setDaemon(true);
        reader.start();
    }

    static PeerProcess start(Namespace namespace, Class<?> main, List<String> flags, String... arguments) {
        final List<String> command = new ArrayList<>(namespace.prefix());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (final String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.startsWith("-Dsurefire") && !flag.startsWith("-agentlib") && !flag.startsWith("-javaagent")) {
                command.add(flag);
            }
        }
        command.addAll(List.of("-XX:+UseSerialGC", "-Xshare:auto", "-Xmx384m"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        try {
            return new PeerProcess(
                    main.getSimpleName(),
                    new ProcessBuilder(command).redirectErrorStream(true).start());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void read() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith("= ")) {
                    answers.add(line.substring(2));
                } else {
                    log.add(line);
                }
            }
        } catch (IOException closed) {
            log.add(closed.toString());
        }
        answers.add(END);
    }

    void tell(String command) {
        try {
            input.write(command + "\n");
            input.flush();
        } catch (IOException broken) {
            throw new AssertionError(name + " is gone: " + log(), broken);
        }
    }

    String await(long limitSeconds) {
        try {
            final String answer = answers.poll(limitSeconds, TimeUnit.SECONDS);
            if (answer == null || answer.equals(END)) {
                Assertions.fail(name + " gave no answer within " + limitSeconds + " s: " + log());
            }
            return answer;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    String ask(String command) {
        tell(command);
        return await(60);
    }

    /** The {@code name=number} pairs of an answer. */
    static Map<String, Long> numbers(String answer) {
        final Map<String, Long> values = new HashMap<>();
        for (final String word : answer.split("[ ,{}]+", -1)) {
            final int equals = word.indexOf('=');
            if (equals > 0 && word.substring(equals + 1).matches("-?\\d+")) {
                values.put(word.substring(0, equals), Long.parseLong(word.substring(equals + 1)));
            }
        }
        return values;
    }

    String log() {
        return String.join("\n", log);
    }

    /** Tells it to quit, and fails if it does not do so in good order. */
    void quit() {
        tell("quit");
        try {
            Assertions.assertTrue(process.waitFor(20, TimeUnit.SECONDS), () -> name + " does not end: " + log());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
        Assertions.assertEquals(0, process.exitValue(), () -> name + ": " + log());
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
