package io.tickwire.compat.bench.hotpath;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Pins the calling thread to a core with the system's {@code taskset} and gives it real-time priority with {@code chrt}; where these are
 * missing or refused, the report says so.
 */
final class ThreadPin {
    /** Set in every process of a benchmark that was asked for real-time priority. */
    static final String REAL_TIME_PROPERTY = "tickwire.bench.realtime";

    static final boolean REAL_TIME = Boolean.getBoolean(REAL_TIME_PROPERTY);

    /** A priority that lasts until it is closed. */
    interface Priority extends AutoCloseable {
        @Override
        void close();
    }

    private ThreadPin() {}

    /** True where {@code taskset} can be run. */
    static boolean available() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "taskset")));
    }

    /** Returns true when the calling thread now runs on {@code core} only. */
    static boolean pin(int core) {
        return runOnSelf(List.of("taskset", "-p", "-c", Integer.toString(core)));
    }

    /** Returns true when the calling thread is now SCHED_FIFO at this priority: nothing ordinary interrupts it. */
    static boolean realTime(int priority) {
        return runOnSelf(List.of("chrt", "-f", "-p", Integer.toString(priority)));
    }

    /** Gives another thread that priority; true when it has it now. */
    static boolean realTime(int priority, String threadId) {
        return run(List.of("chrt", "-f", "-p", Integer.toString(priority), threadId));
    }

    /**
     * The calling thread's priority while it measures, where the benchmark was asked for it. Not longer: threads made meanwhile would inherit it
     * and never get a turn beside a spinning one.
     */
    static Priority whileMeasuring(int priority) {
        if (!REAL_TIME) {
            return () -> {};
        }
        realTime(priority);
        return () -> runOnSelf(List.of("chrt", "-o", "-p", "0"));
    }

    private static boolean runOnSelf(List<String> command) {
        try {
            List<String> whole = new ArrayList<>(command);
            whole.add(Files.readSymbolicLink(Path.of("/proc/thread-self"))
                    .getFileName()
                    .toString());
            return run(whole);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
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
