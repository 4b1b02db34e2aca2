package io.tickwire.compat.tools;

import io.tickwire.compat.target.Target;
import io.tickwire.compat.target.TargetException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The process that runs the tools against one broker; see {@link ToolHost}. Runs one tool at a time. */
final class ToolProcess {

    private static final long TIMEOUT_S = 120;
    private static final Map<String, ToolProcess> BY_BROKER = new ConcurrentHashMap<>();

    /** What a tool left: its exit status, its output and its errors. */
    record Result(int status, String output, String errors) {}

    private Process process;

    private ToolProcess() {}

    static ToolProcess of(Target target) {
        return BY_BROKER.computeIfAbsent(target.bootstrap(), broker -> {
            ToolProcess tools = new ToolProcess();
            Runtime.getRuntime().addShutdownHook(new Thread(tools::end, "end tools of " + broker));
            return tools;
        });
    }

    synchronized Result run(String mainClass, String input, String endsAfter, List<String> arguments) {
        if (process == null) {
            process = start(ToolHost.class.getName(), List.of());
        }
        CompletableFuture<Result> result =
                CompletableFuture.supplyAsync(() -> exchange(mainClass, input, endsAfter, arguments));
        try {
            Result done = result.get(TIMEOUT_S, TimeUnit.SECONDS);
            if (!endsAfter.isEmpty()) {
                // Its threads go on.
                end();
            }
            return done;
        } catch (TimeoutException e) {
            end();
            throw new TargetException(mainClass + " " + arguments + " did not end within " + TIMEOUT_S + " s", e);
        } catch (ExecutionException e) {
            end();
            throw new TargetException(mainClass + " " + arguments + " took its process along", e.getCause());
        } catch (InterruptedException e) {
            end();
            Thread.currentThread().interrupt();
            throw new TargetException("interrupted", e);
        }
    }

    private Result exchange(String mainClass, String input, String endsAfter, List<String> arguments) {
        try {
            DataOutputStream requests = new DataOutputStream(process.getOutputStream());
            ToolHost.writeText(requests, mainClass);
            ToolHost.writeText(requests, input);
            ToolHost.writeText(requests, endsAfter);
            requests.writeInt(arguments.size());
            for (String argument : arguments) {
                ToolHost.writeText(requests, argument);
            }
            requests.flush();
            DataInputStream replies = new DataInputStream(process.getInputStream());
            int status = replies.readInt();
            String output = ToolHost.readText(replies);
            return new Result(status, output, ToolHost.readText(replies));
        } catch (IOException e) {
            throw new TargetException("the tools' process", e);
        }
    }

    /** Runs a tool in a process of its own, as its script does: for tools that do the rest of their work when that ends. */
    static Result runAlone(String mainClass, List<String> arguments) {
        Process alone = start(mainClass, arguments);
        try {
            alone.getOutputStream().close();
            CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> readAll(alone));
            if (!alone.waitFor(TIMEOUT_S, TimeUnit.SECONDS)) {
                alone.destroyForcibly();
                throw new TargetException(mainClass + " " + arguments + " did not end within " + TIMEOUT_S + " s");
            }
            return new Result(alone.exitValue(), output.join(), "");
        } catch (IOException e) {
            throw new TargetException(mainClass, e);
        } catch (InterruptedException e) {
            alone.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new TargetException("interrupted", e);
        }
    }

    private static String readAll(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Process start(String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.util.logging.config.file=" + System.getProperty("java.util.logging.config.file", ""),
                "-cp",
                System.getProperty("java.class.path"),
                mainClass));
        command.addAll(arguments);
        try {
            return new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new TargetException("no process for " + mainClass, e);
        }
    }

    private synchronized void end() {
        if (process != null) {
            process.destroyForcibly();
            process = null;
        }
    }
}
