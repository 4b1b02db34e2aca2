package io.tickwire.compat.bench.hotpath;

import io.tickwire.compat.bench.Hardware;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.agrona.CloseHelper;
import org.agrona.IoUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tickwire bench hotpath}. */
@Command(
        name = "hotpath",
        mixinStandardHelpOptions = true,
        description = {
            "Publish-to-callback latency across processes beside Aeron IPC, Chronicle Queue, Agrona, Disruptor, kernel UDP and Kafka.",
            "tickwire-journal is the broker's feed handler: datagram in, ring and journal; tickwire-journal1st in the other order.",
            "path: through a whole broker, from a MoldUDP64 datagram on the wire to the callback. publish-offset: from shared memory into a "
                    + "topic and the offset back.",
            "Open loop: each message is timed from when it was due. Contenders run alternately, round by round, in one run."
        })
public final class HotpathCommand implements Callable<Integer> {
    /** Whose highest rate is looked for. */
    private static final Set<String> LOSS_FREE = Set.of("tickwire-ring", "tickwire-c", "tickwire-journal");

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
            names = "--parts",
            split = ",",
            paramLabel = "PART",
            description =
                    "Of table (the contenders), path (through a broker) and lossfree (highest rates); default all.")
    private List<String> parts = List.of("table", "path", "lossfree");

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Rounds over all contenders; default 9, with --quick 3.")
    private Integer rounds;

    @Option(names = "--seconds", paramLabel = "S", description = "Recorded seconds a run; default 1, with --quick 0.2.")
    private Double seconds;

    @Option(
            names = "--realtime",
            description =
                    "Gives the two ends, of a path also the shard, SCHED_FIFO priority (root): for machines that are not idle.")
    private boolean realTime;

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
            System.out.println(Hardware.describe() + "; sender on core 0, receiver on core 1"
                    + (pinned ? "" : " (NOT pinned)") + (realTime ? ", real-time priority" : ""));
            List<String> jvmArgs = new ArrayList<>(Hardware.jvmArgs());
            if (realTime) {
                jvmArgs.add("-D" + ThreadPin.REAL_TIME_PROPERTY + "=true");
            }
            for (String name : contenders) {
                Contender contender = Contenders.named(name);
                if (contender.missing() == null) {
                    runners.add(new ContenderRunner(contender, scratch, pinned ? 0 : -1, pinned ? 1 : -1, jvmArgs));
                } else {
                    System.out.println(name + ": left out, " + contender.missing());
                }
            }
            measure(runners);
            CloseHelper.closeAll(runners);
            if (parts.contains("path")) {
                for (FeedWire.Kind wire : FeedWire.Kind.values()) {
                    PathNode.start(
                            jvmArgs,
                            new PathNode.Plan(
                                    wire,
                                    scratch,
                                    pinned,
                                    parts.contains("lossfree"),
                                    roundCount(),
                                    recordedSeconds(),
                                    sizes,
                                    rates));
                }
            }
            return 0;
        } finally {
            CloseHelper.closeAll(runners);
            IoUtil.delete(scratch.toFile(), true);
        }
    }

    private void measure(List<ContenderRunner> runners) throws IOException {
        warmUp(runners);
        HotpathReport report = new HotpathReport(System.out);
        if (parts.contains("table")) {
            for (int size : sizes) {
                report.header();
                for (int rate : rates) {
                    Load load = Load.of(size, rate, recordedSeconds() / 4, recordedSeconds());
                    measure(runners, load, roundCount(), report);
                }
            }
        }
        if (parts.contains("lossfree")) {
            for (ContenderRunner runner : runners) {
                if (LOSS_FREE.contains(runner.contender().name())) {
                    for (int size : sizes) {
                        int found = LossFreeRate.search(size, recordedSeconds(), runner::run);
                        report.lossFree(runner.contender().name(), size, found);
                    }
                }
            }
        }
    }

    private double recordedSeconds() {
        return seconds != null ? seconds : quick ? 0.2 : 1;
    }

    private int roundCount() {
        return rounds != null ? rounds : quick ? 3 : 9;
    }

    private static void measure(List<ContenderRunner> runners, Load load, int roundCount, HotpathReport report)
            throws IOException {
        Map<String, RoundResults> results = new LinkedHashMap<>();
        for (int round = 0; round < roundCount; round++) {
            for (ContenderRunner runner : runners) {
                if (load.ratePerSecond() <= runner.contender().maxRate()) {
                    results.computeIfAbsent(runner.contender().name(), name -> new RoundResults(load))
                            .add(runner.run(load));
                }
            }
        }
        results.forEach(report::row);
    }

    private static void warmUp(List<ContenderRunner> runners) throws IOException {
        for (ContenderRunner runner : runners) {
            System.out.println("warming up " + runner.contender().name());
            int rate = Math.min(200_000, runner.contender().maxRate());
            runner.run(Load.of(Message.MIN_BYTES * 4, rate, 0.1, 1));
        }
    }
}
