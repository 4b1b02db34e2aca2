package io.tickwire.compat.bench.hotpath;

import io.tickwire.compat.bench.Hardware;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import org.agrona.CloseHelper;
import org.agrona.IoUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tickwire bench hotpath}. */
@Command(
        name = "hotpath",
        mixinStandardHelpOptions = true,
        description = {
            "Publish-to-callback latency across processes beside Aeron IPC, Chronicle Queue, Agrona, Disruptor and kernel UDP.",
            "Open loop: each message is timed from when it was due. Contenders run alternately, round by round, in one run."
        })
public final class HotpathCommand implements Callable<Integer> {
    @Option(names = "--quick", description = "Shorter runs: the whole table in under five minutes.")
    private boolean quick;

    @Option(
            names = "--sizes",
            split = ",",
            paramLabel = "BYTES",
            description = "Message sizes; default 32,64,288,1344.")
    private List<Integer> sizes = List.of(32, 64, 288, 1344);

    @Option(
            names = "--rates",
            split = ",",
            paramLabel = "N",
            description = "Messages a second, 0 for bursts; default 100000,500000,1000000,0.")
    private List<Integer> rates = List.of(100_000, 500_000, 1_000_000, 0);

    @Option(names = "--contenders", split = ",", paramLabel = "NAME", description = "Which to run; default all.")
    private List<String> contenders =
            Contenders.all().stream().map(Contender::name).toList();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Rounds over all contenders; default 3, with --quick 1.")
    private Integer rounds;

    @Option(names = "--seconds", paramLabel = "S", description = "Recorded seconds a run; default 3, with --quick 1.")
    private Double seconds;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where journals are written; default the temporary directory.")
    private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

    @Override
    public Integer call() throws IOException {
        Path scratch = Files.createTempDirectory(directory, "hotpath-");
        List<ContenderRunner> runners = new ArrayList<>();
        try {
            boolean pinned = Runtime.getRuntime().availableProcessors() > 1 && ThreadPin.available();
            System.out.println(
                    Hardware.describe() + "; sender on core 0, receiver on core 1" + (pinned ? "" : " (NOT pinned)"));
            for (String name : contenders) {
                runners.add(new ContenderRunner(
                        Contenders.named(name), scratch, pinned ? 0 : -1, pinned ? 1 : -1, Hardware.jvmArgs()));
            }
            measure(runners);
            return 0;
        } finally {
            CloseHelper.closeAll(runners);
            IoUtil.delete(scratch.toFile(), true);
        }
    }

    private void measure(List<ContenderRunner> runners) throws IOException {
        double recordedSeconds = seconds != null ? seconds : quick ? 1 : 3;
        int roundCount = rounds != null ? rounds : quick ? 1 : 3;
        warmUp(runners);
        HotpathReport report = new HotpathReport(System.out);
        for (int size : sizes) {
            report.header();
            for (int rate : rates) {
                Load load = Load.of(size, rate, recordedSeconds / 4, recordedSeconds);
                measure(runners, load, roundCount, report);
            }
        }
    }

    private static void measure(List<ContenderRunner> runners, Load load, int roundCount, HotpathReport report)
            throws IOException {
        Map<String, Histogram> histograms = new LinkedHashMap<>();
        Map<String, long[]> faults = new LinkedHashMap<>();
        for (int round = 0; round < roundCount; round++) {
            for (ContenderRunner runner : runners) {
                if (load.ratePerSecond() > runner.contender().maxRate()) {
                    continue;
                }
                Result result = runner.run(load);
                histograms
                        .computeIfAbsent(runner.contender().name(), name -> new Histogram(ReceiveLoop.HIGHEST_NS, 3))
                        .add(result.histogram());
                long[] fault = faults.computeIfAbsent(runner.contender().name(), name -> new long[2]);
                fault[0] += load.messages() - result.received();
                fault[1] += result.outOfOrder();
            }
        }
        histograms.forEach(
                (name, histogram) -> report.row(name, load, histogram, faults.get(name)[0], faults.get(name)[1]));
    }

    private static void warmUp(List<ContenderRunner> runners) throws IOException {
        for (ContenderRunner runner : runners) {
            System.out.println("warming up " + runner.contender().name());
            int rate = Math.min(200_000, runner.contender().maxRate());
            runner.run(Load.of(Message.MIN_BYTES * 4, rate, 0.1, 1));
        }
    }
}
