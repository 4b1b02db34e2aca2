package io.tickwire.compat.endtoend;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickwire.compat.target.Targets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The system calls of a running process, as {@code strace} sees them. A thread stands still while it is looked at, so what a call makes
 * another thread do comes behind it. Needs strace and the right to trace: elsewhere the test is skipped, but not where CI=true.
 */
final class SystemCalls implements AutoCloseable {

    private static final Pattern LINE = Pattern.compile("(\\d+) +(?:<\\.\\.\\. \\w+ resumed>)?(.*)");
    private static final Pattern CALL = Pattern.compile("(\\w+)\\(([^,)]*)(.*)\\) += (-?\\d+).*");
    private static final String UNFINISHED = " <unfinished ...>";

    /**
     * One call that has returned.
     *
     * @param first its first argument: of a descriptor the number and, in angle brackets, the file
     * @param rest the other arguments, cut to some hundred characters
     * @param entered when, in steps that all calls share; {@code returned} likewise
     */
    record Call(String name, String first, String rest, long result, int entered, int returned) {}

    private final Process tracer;
    private final Path output;

    private SystemCalls(Process tracer, Path output) {
        this.tracer = tracer;
        this.output = output;
    }

    /** Follows all threads of a process from now on; {@code names} with commas between. */
    static SystemCalls follow(long pid, String names, Path output) throws InterruptedException {
        return start(pid, output, "-s", "400", "-e", "trace=" + names);
    }

    /** Has each call of that name on one file fail from now on, as a broken device does. */
    static SystemCalls fail(long pid, String name, Path file, Path output) throws InterruptedException {
        return start(pid, output, "-P", file.toString(), "-e", "trace=" + name, "-e", "inject=" + name + ":error=EIO");
    }

    private static SystemCalls start(long pid, Path output, String... options) throws InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("strace", "-f", "-y", "-o", output.toString(), "-p", Long.toString(pid)));
        command.addAll(List.of(options));
        String refusal;
        try {
            Path said = Path.of(output + ".said");
            Process tracer = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            while (tracer.isAlive() && !Files.readString(said).contains("attached")) {
                Thread.sleep(10);
            }
            if (tracer.isAlive()) {
                return new SystemCalls(tracer, output);
            }
            refusal = Files.readString(said).strip();
        } catch (IOException e) {
            refusal = e.getMessage();
        }
        System.out.println("system calls cannot be traced, skipped: " + refusal);
        assertTrue(!Targets.isContinuousIntegration(), "CI must be able to trace: " + refusal);
        assumeTrue(false, "cannot trace: " + refusal);
        throw new AssertionError();
    }

    /** Ends the tracing; returns the calls in the order in which they returned. */
    List<Call> stop() throws IOException {
        close();
        List<Call> calls = new ArrayList<>();
        Map<String, String> unfinished = new HashMap<>();
        Map<String, Integer> entered = new HashMap<>();
        List<String> lines = Files.readAllLines(output, StandardCharsets.ISO_8859_1);
        for (int i = 0; i < lines.size(); i++) {
            Matcher line = LINE.matcher(lines.get(i));
            if (line.matches()) {
                String thread = line.group(1);
                String text = line.group(2);
                if (text.endsWith(UNFINISHED)) {
                    unfinished.put(thread, text.substring(0, text.length() - UNFINISHED.length()));
                    entered.put(thread, i);
                } else {
                    Integer since = entered.remove(thread);
                    String begun = unfinished.remove(thread);
                    Matcher call = CALL.matcher(begun == null ? text : begun + text);
                    if (call.matches()) {
                        calls.add(new Call(
                                call.group(1),
                                call.group(2),
                                call.group(3),
                                Long.parseLong(call.group(4)),
                                since == null ? i : since,
                                i));
                    }
                }
            }
        }
        return calls;
    }

    /** Lets the process go on by itself. */
    @Override
    public void close() {
        tracer.destroy();
        tracer.onExit().join();
    }
}
