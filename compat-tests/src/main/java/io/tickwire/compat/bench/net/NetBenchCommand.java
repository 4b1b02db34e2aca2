package io.tickwire.compat.bench.net;

import io.tickwire.compat.bench.Hardware;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.agrona.IoUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tickwire bench net}. */
@Command(
        name = "net",
        mixinStandardHelpOptions = true,
        description = {
            "Costs of kernel bypass beside C and the kernel: the loops of a poll thread, frames forwarded beside testpmd,",
            "and TCP between two processes beside the kernel's loopback.",
            "Contenders run alternately on the same core, round by round, in one run; medians are printed.",
            "Times are the polling thread's own, so that other load on the machine counts less."
        })
public final class NetBenchCommand implements Callable<Integer> {
    private static final List<String> MODES = List.of("io", "macswap");
    private static final Map<String, List<String>> DEVICES = Map.of(
            "net_ring", List.of("net_ring0", "net_ring1"),
            "net_null", List.of("net_null0,size=64", "net_null1,size=64"));

    @Option(names = "--quick", description = "Shorter runs: all tables in under three minutes.")
    private boolean quick;

    @Option(names = "--cpu", paramLabel = "N", description = "CPU that polls; default the last one.")
    private int cpu = Runtime.getRuntime().availableProcessors() - 1;

    @Option(
            names = "--realtime",
            description =
                    "TCP is measured under SCHED_RR, both contenders alike (root; holds up the rest of the machine).")
    private boolean realTime;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Rounds over all contenders; default 3, with --quick 1.")
    private Integer rounds;

    @Override
    public Integer call() throws IOException {
        Path scratch = Files.createTempDirectory("bench-net-");
        try {
            System.out.println(Hardware.describe() + "; polling on CPU " + cpu);
            costs(scratch);
            echo();
            new TcpPairs(scratch, roundCount(), quick, realTime, cpu).run();
            return 0;
        } finally {
            IoUtil.delete(scratch.toFile(), true);
        }
    }

    private int roundCount() {
        return rounds != null ? rounds : quick ? 1 : 3;
    }

    private void costs(Path scratch) throws IOException {
        String count = quick ? "5000000" : "30000000";
        Optional<Path> compiled = NativeProgram.compile("poll_costs.c", scratch);
        Map<String, List<Double>> java = new TreeMap<>();
        Map<String, List<Double>> c = new TreeMap<>();
        for (int round = 0; round < roundCount(); round++) {
            collect(BenchProcess.java(PollCosts.class, count, Integer.toString(cpu)), java);
            if (compiled.isPresent()) {
                List<String> command = new ArrayList<>(List.of(compiled.get().toString()));
                command.addAll(BenchProcess.ealArguments("--lcores=0@" + cpu));
                command.addAll(List.of("--", count));
                collect(BenchProcess.run(command), c);
            }
        }
        System.out.printf("%n%-20s %10s %10s %8s%n", "loop (ns each)", "Java", "C", "Java/C");
        java.forEach((name, values) -> {
            double ours = median(values);
            if (c.containsKey(name)) {
                double theirs = median(c.get(name));
                System.out.printf(Locale.ROOT, "%-20s %10.2f %10.2f %8.2f%n", name, ours, theirs, ours / theirs);
            } else {
                System.out.printf(Locale.ROOT, "%-20s %10.2f %10s%n", name, ours, "-");
            }
        });
    }

    private void echo() throws IOException {
        double seconds = quick ? 2 : 5;
        boolean hasTestpmd = Testpmd.isInstalled();
        System.out.printf("%n%-20s %14s %14s %8s%n", "forwarded frames/s", "Tickwire", "testpmd", "ratio");
        for (String driver : new TreeMap<>(DEVICES).keySet()) {
            List<String> devices = DEVICES.get(driver);
            for (String mode : MODES) {
                List<Double> ours = new ArrayList<>();
                List<Double> theirs = new ArrayList<>();
                for (int round = 0; round < roundCount(); round++) {
                    ours.add(lastNumber(BenchProcess.java(
                            EchoLoop.class,
                            devices.get(0),
                            devices.get(1),
                            mode,
                            Double.toString(seconds),
                            Integer.toString(cpu))));
                    if (hasTestpmd) {
                        theirs.add(Testpmd.forwardedPerSecond(devices, mode, seconds, cpu));
                    }
                }
                double mine = median(ours);
                if (hasTestpmd) {
                    double other = median(theirs);
                    System.out.printf(
                            Locale.ROOT, "%-20s %14.0f %14.0f %8.2f%n", driver + " " + mode, mine, other, mine / other);
                } else {
                    System.out.printf(Locale.ROOT, "%-20s %14.0f %14s%n", driver + " " + mode, mine, "not installed");
                }
            }
        }
    }

    static void collect(List<String> lines, Map<String, List<Double>> into) {
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            if (words.length == 2 && words[1].matches("[0-9]+\\.[0-9]+")) {
                into.computeIfAbsent(words[0], name -> new ArrayList<>()).add(Double.parseDouble(words[1]));
            }
        }
    }

    private static double lastNumber(List<String> lines) {
        return Double.parseDouble(lines.get(lines.size() - 1));
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
