package io.tickwire.compat.bench.net;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** DPDK's own forwarding program, on the devices and in the modes of {@link EchoLoop}. */
final class Testpmd {
    private static final String PROGRAM = "dpdk-testpmd";
    private static final Pattern FORWARDED = Pattern.compile("TX-packets: *(\\d+) +TX-dropped: *\\d+ +TX-total: *\\d+");
    private static final double WARM_UP_SECONDS = 1;

    private Testpmd() {}

    static boolean isInstalled() {
        try {
            BenchProcess.run(List.of("sh", "-c", "command -v " + PROGRAM));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Frames sent per second by both ports together, from testpmd's own counters between two readings, by its thread's own time. */
    static double forwardedPerSecond(List<String> devices, String mode, double seconds, int cpu) throws IOException {
        List<String> command = new ArrayList<>(List.of(PROGRAM));
        // Its main lcore sleeps at the prompt; the forwarding one has the CPU.
        command.addAll(BenchProcess.ealArguments("--lcores=0@(0-" + cpu + "),1@" + cpu));
        devices.forEach(device -> command.add("--vdev=" + device));
        command.addAll(List.of(
                "--",
                "-i",
                "--forward-mode=" + mode,
                "--nb-cores=1",
                "--burst=32",
                "--no-mlockall",
                "--total-num-mbufs=16384"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
                var input = process.outputWriter(StandardCharsets.UTF_8)) {
            input.write("start tx_first\n");
            input.flush();
            pause(WARM_UP_SECONDS);
            long firstNs = workerCpuNs(process);
            input.write("show fwd stats all\n");
            input.flush();
            pause(seconds);
            long secondNs = workerCpuNs(process);
            input.write("show fwd stats all\nquit\n");
            input.flush();
            List<Long> totals = new ArrayList<>();
            boolean inTotal = false;
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                inTotal |= line.contains("Accumulated forward statistics");
                Matcher matcher = FORWARDED.matcher(line);
                if (inTotal && matcher.find()) {
                    totals.add(Long.parseLong(matcher.group(1)));
                    inTotal = false;
                }
            }
            if (totals.size() < 2) {
                throw new IOException("testpmd showed no statistics");
            }
            return (totals.get(1) - totals.get(0)) * 1e9 / (secondNs - firstNs);
        } finally {
            process.destroyForcibly();
        }
    }

    /** The first word of a thread's schedstat is its time on a CPU in nanoseconds. */
    private static long workerCpuNs(Process process) throws IOException {
        try (DirectoryStream<Path> threads =
                Files.newDirectoryStream(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            for (Path thread : threads) {
                String name = Files.readString(thread.resolve("comm"));
                if (name.contains("-worker")) {
                    return Long.parseLong(
                            Files.readString(thread.resolve("schedstat")).split(" ", -1)[0]);
                }
            }
        }
        throw new IOException("testpmd has no worker thread");
    }

    private static void pause(double seconds) throws IOException {
        try {
            Thread.sleep((long) (seconds * 1000));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
