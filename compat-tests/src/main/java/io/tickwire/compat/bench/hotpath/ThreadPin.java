package io.tickwire.compat.bench.hotpath;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Pins the calling thread to a core with the system's {@code taskset}; where there is none, threads float and the report says so. */
final class ThreadPin {
    private ThreadPin() {}

    /** True where {@code taskset} can be run. */
    static boolean available() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "taskset")));
    }

    /** Returns true when the calling thread now runs on {@code core} only. */
    static boolean pin(int core) {
        try {
            String threadId = Files.readSymbolicLink(Path.of("/proc/thread-self"))
                    .getFileName()
                    .toString();
            Process process = new ProcessBuilder("taskset", "-p", "-c", Integer.toString(core), threadId)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
