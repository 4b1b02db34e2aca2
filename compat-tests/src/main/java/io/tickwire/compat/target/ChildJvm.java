package io.tickwire.compat.target;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A Java program in a process of its own, its output in one file. Used by one thread at a time. */
public final class ChildJvm implements AutoCloseable {

    private static final int TAIL_CHARACTERS = 2_000;

    private final List<String> command;
    private final Path log;
    private final Path directory;
    private Process process;
    private long logStart;

    /** Describes a program whose output goes to {@code output.log} in its directory; starts nothing. */
    public ChildJvm(List<String> jvmArguments, String classPath, List<String> program, Path directory) {
        this(List.of(), jvmArguments, classPath, program, directory);
    }

    /** Describes a program that another command starts, in the same process. */
    ChildJvm(List<String> starter, List<String> jvmArguments, String classPath, List<String> program, Path directory) {
        this.command = new ArrayList<>(starter);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArguments);
        command.add("-cp");
        command.add(classPath);
        command.addAll(program);
        this.directory = directory;
        this.log = directory.resolve("output.log");
    }

    public void start() {
        try {
            logStart = Files.exists(log) ? Files.size(log) : 0;
            process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the output since the last start matches; returns the match. */
    public Matcher awaitOutput(Pattern pattern, long timeoutMs) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (true) {
            boolean isAlive = process.isAlive();
            Matcher matcher = pattern.matcher(outputSinceStart());
            if (matcher.find()) {
                return matcher;
            }
            if (!isAlive) {
                throw new TargetException("process ended with " + process.exitValue() + ":\n" + tail());
            }
            if (System.nanoTime() - deadline > 0) {
                throw new TargetException("no output like " + pattern + " within " + timeoutMs + " ms:\n" + tail());
            }
            pauseBriefly();
        }
    }

    /** Runs the program to its end; its output is in the exception when it fails. */
    public void runToEnd(long timeoutMs) {
        start();
        if (!waitFor(timeoutMs)) {
            kill();
            throw new TargetException("did not end within " + timeoutMs + " ms:\n" + tail());
        }
        if (process.exitValue() != 0) {
            throw new TargetException("ended with " + process.exitValue() + ":\n" + tail());
        }
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    public void kill() {
        if (process != null) {
            process.destroyForcibly();
            waitFor(10_000);
        }
    }

    @Override
    public void close() {
        kill();
    }

    /** Asks for an orderly end, and enforces it after the timeout. */
    public void stop(long timeoutMs) {
        if (process == null) {
            return;
        }
        process.destroy();
        if (!waitFor(timeoutMs)) {
            kill();
        }
    }

    void signal(String name) {
        try {
            Process sent = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                    .inheritIO()
                    .start();
            if (sent.waitFor() != 0) {
                throw new TargetException("kill -" + name + " " + pid() + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TargetException("interrupted", e);
        }
    }

    public long pid() {
        return process.pid();
    }

    /** Returns the stacks of the threads whose lines of a thread dump match, as {@code jcmd} prints them. */
    String stacks(Pattern threads) {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        try {
            Process dump = new ProcessBuilder(jcmd.toString(), Long.toString(pid()), "Thread.print")
                    .redirectErrorStream(true)
                    .start();
            String text = new String(dump.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Arrays.stream(text.split("\n\n"))
                    .filter(thread -> threads.matcher(thread).lookingAt())
                    .map(thread -> thread + "\n")
                    .collect(Collectors.joining());
        } catch (IOException e) {
            return "no thread dump: " + e + "\n";
        }
    }

    public String tail() {
        String text = outputSinceStart();
        return text.length() <= TAIL_CHARACTERS ? text : text.substring(text.length() - TAIL_CHARACTERS);
    }

    private String outputSinceStart() {
        try {
            byte[] bytes = Files.readAllBytes(log);
            int from = (int) Math.min(logStart, bytes.length);
            return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean waitFor(long timeoutMs) {
        try {
            return process.waitFor(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void pauseBriefly() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TargetException("interrupted", e);
        }
    }
}
