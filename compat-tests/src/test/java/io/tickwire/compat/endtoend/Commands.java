package io.tickwire.compat.endtoend;

import io.tickwire.compat.target.RepositoryRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs in processes of their own. */
final class Commands {

    private Commands() {}

    /** Starts {@code tickwire ARGUMENTS} from this class path, its standard output in a file. */
    static Process tickwire(Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + RepositoryRoot.find().resolve("broker-edge/src/main/launch/jvm.args"),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.tickwire.edge.launch.Main"));
        command.addAll(List.of(arguments));
        return start(output, command);
    }

    static Process start(Path output, List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(
                        output.resolveSibling(output.getFileName() + ".err").toFile())
                .start();
    }

    /** Returns what a program wrote to its standard error. */
    static String errors(Path output) {
        try {
            return Files.readString(output.resolveSibling(output.getFileName() + ".err"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the end; the exit status, or -1 when it had to be ended. */
    static int await(Process process, long seconds) throws InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            return -1;
        }
        return process.exitValue();
    }
}
