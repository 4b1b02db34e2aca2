package io.tickwire.edge.launch;

import io.tickwire.edge.config.ConfigException;
import io.tickwire.edge.metrics.HistogramSnapshot;
import io.tickwire.edge.metrics.Stage;
import io.tickwire.edge.metrics.StatsFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tickwire stats}: the latencies that a running broker measures of itself. */
@Command(
        name = "stats",
        description = {
            "Latencies of each stage of a running broker, from its statistics file; disturbs nobody.",
            "Without --interval: since the broker's start."
        },
        mixinStandardHelpOptions = true)
public final class StatsCommand implements CliCommand {
    private static final double NS_PER_US = 1_000;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "The broker's shm.dir; default ${DEFAULT-VALUE}.",
            defaultValue = "/dev/shm/tickwire")
    private Path directory;

    @Option(names = "--pid", paramLabel = "PID", description = "Which broker, where several use the directory.")
    private long pid;

    @Option(names = "--by-shard", description = "A line for each shard instead of all together.")
    private boolean byShard;

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            description = "Prints again and again what came in so many seconds.")
    private int intervalSeconds;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (StatsFile file = StatsFile.open(find())) {
            if (intervalSeconds <= 0) {
                print(take(file), null);
                return 0;
            }
            Map<Stage, List<HistogramSnapshot>> before = take(file);
            while (ProcessHandle.of(file.processId()).isPresent()) {
                Thread.sleep(intervalSeconds * 1000L);
                Map<Stage, List<HistogramSnapshot>> now = take(file);
                print(now, before);
                before = now;
            }
            return 0;
        }
    }

    private Path find() throws IOException {
        List<Path> running = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, BrokerStats.PREFIX + '*')) {
                for (Path file : files) {
                    long owner = BrokerStats.processOf(file);
                    if (pid == 0 ? ProcessHandle.of(owner).isPresent() : owner == pid) {
                        running.add(file);
                    }
                }
            }
        }
        if (running.size() == 1) {
            return running.get(0);
        }
        throw new ConfigException(
                running.isEmpty()
                        ? "no broker with its shm.dir at " + directory + " is running here; --dir names another one"
                        : "several brokers use " + directory + ": choose by --pid from " + running);
    }

    private Map<Stage, List<HistogramSnapshot>> take(StatsFile file) {
        Map<Stage, List<HistogramSnapshot>> all = new EnumMap<>(Stage.class);
        for (Stage stage : Stage.values()) {
            List<HistogramSnapshot> snapshots = new ArrayList<>();
            if (byShard) {
                for (int shard = 0; shard < file.shards(); shard++) {
                    snapshots.add(file.histogram(shard, stage).snapshot());
                }
            } else {
                snapshots.add(file.snapshot(stage));
            }
            all.put(stage, snapshots);
        }
        return all;
    }

    private void print(Map<Stage, List<HistogramSnapshot>> now, Map<Stage, List<HistogramSnapshot>> before) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "%-16s %12s %10s %10s %10s %10s %12s  (µs)%n",
                "stage", "count", "p50", "p90", "p99", "p99.9", "largest");
        now.forEach((stage, snapshots) -> {
            for (int i = 0; i < snapshots.size(); i++) {
                HistogramSnapshot shown = before == null
                        ? snapshots.get(i)
                        : snapshots.get(i).since(before.get(stage).get(i));
                out.println(line(byShard ? stage.label() + " " + i : stage.label(), shown));
            }
        });
        out.println();
        out.flush();
    }

    private static String line(String name, HistogramSnapshot snapshot) {
        return String.format(
                Locale.ROOT,
                "%-16s %12d %10.1f %10.1f %10.1f %10.1f %12.1f",
                name,
                snapshot.count(),
                snapshot.percentileNs(0.5) / NS_PER_US,
                snapshot.percentileNs(0.9) / NS_PER_US,
                snapshot.percentileNs(0.99) / NS_PER_US,
                snapshot.percentileNs(0.999) / NS_PER_US,
                snapshot.largestNs() / NS_PER_US);
    }
}
