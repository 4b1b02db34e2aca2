package io.tickwire.compat.bench.clients;

import io.tickwire.compat.bench.Hardware;
import io.tickwire.compat.bench.StageCounts;
import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.TickwireProcess;
import io.tickwire.edge.metrics.HistogramSnapshot;
import io.tickwire.edge.metrics.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tickwire bench gc}: one broker after the other, each with another garbage collector, under a feed and Kafka clients. */
@Command(
        name = "gc",
        mixinStandardHelpOptions = true,
        description = {
            "The broker under a feed and Kafka clients at the same time, once with each collector, with a GC log that is kept.",
            "Prints what its threads allocate, its stops, its shard's hiccups, and what clients and subscriber see."
        })
public final class GcCommand implements Callable<Integer> {
    private static final String GROUP = "239.255.41.9";
    private static final int PORT = 26_479;
    private static final String TOPIC = "bench-feed";
    private static final Stage[] STAGES = {Stage.HICCUP, Stage.CYCLE, Stage.FEED_PUBLISH};

    @Option(
            names = "--collectors",
            split = ",",
            paramLabel = "NAME",
            description = "JVM options without -XX:+Use; default ZGC,G1GC,SerialGC,ParallelGC.")
    private List<String> collectors = List.of("ZGC", "G1GC", "SerialGC", "ParallelGC");

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "Recorded seconds of each; default ${DEFAULT-VALUE}.",
            defaultValue = "600")
    private double seconds;

    @Option(
            names = "--heap",
            paramLabel = "MB",
            description = "Heap in megabytes; default ${DEFAULT-VALUE}.",
            defaultValue = "256")
    private int heapMegabytes;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Records a second by clients; default ${DEFAULT-VALUE}.",
            defaultValue = "1000")
    private int rate;

    @Option(
            names = "--feed-rate",
            paramLabel = "N",
            description = "Messages a second by multicast; default ${DEFAULT-VALUE}.",
            defaultValue = "20000")
    private int feedRate;

    @Option(names = "--logs", paramLabel = "DIR", description = "Where the GC logs go; default a new directory.")
    private Path logs;

    @Override
    public Integer call() throws IOException {
        Path directory = logs != null ? Files.createDirectories(logs) : Files.createTempDirectory("tickwire-gc-");
        System.out.printf(
                "%s; heap %d MB, feed %d/s, clients %d/s, %.0f s each; GC logs in %s%n",
                Hardware.describe(), heapMegabytes, feedRate, rate, seconds, directory);
        for (String collector : collectors) {
            measure(collector, directory.resolve(collector + ".log"));
        }
        return 0;
    }

    private void measure(String collector, Path log) throws IOException {
        MulticastLoad multicast = new MulticastLoad(GROUP, PORT, TOPIC);
        Map<String, String> keys = new TreeMap<>(multicast.brokerKeys());
        int cores = Runtime.getRuntime().availableProcessors();
        if (cores > 1) {
            keys.put("threading.mode", "dedicated");
            keys.put("threading.cpus", Integer.toString(cores - 1));
        }
        String heap = heapMegabytes + "m";
        try (TickwireProcess broker = TickwireProcess.start(
                        BrokerSettings.small(),
                        keys,
                        "-Xms" + heap,
                        "-Xmx" + heap,
                        "-XX:+Use" + collector,
                        "-Xlog:gc*,safepoint:file=" + log + ":uptime");
                JvmUsage usage = JvmUsage.of(broker.pid());
                // The common pool has one thread where there are two cores: one load would wait for the other.
                ExecutorService loads =
                        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            ClientLoad clients = new ClientLoad(broker, new ClientLoad.Shape(100, 1, "1"));
            clients.createTopic();
            double warmUp = Math.min(20, seconds / 2); // Until it is compiled.
            CompletableFuture<MulticastLoad.Result> feed =
                    CompletableFuture.supplyAsync(() -> multicast.run(broker, feedRate, warmUp, seconds), loads);
            CompletableFuture<ClientLoad.Latencies> produced =
                    CompletableFuture.supplyAsync(() -> clients.latency(rate, warmUp, seconds), loads);
            LockSupport.parkNanos((long) (warmUp * 1e9));
            JvmUsage.Sample before = usage.sample();
            GcLog logBefore = GcLog.read(log);
            Map<Stage, HistogramSnapshot> stagesBefore = StageCounts.read(broker.sharedMemoryDirectory(), STAGES);
            System.out.println(Latency.header(collector));
            System.out.println(Latency.line("acknowledged", produced.join().acknowledged()));
            System.out.println(Latency.line("produce→consume", produced.join().consumed()));
            System.out.println(Latency.line("multicast→subscriber", feed.join().latency()));
            report(
                    usage.sample().since(before),
                    GcLog.read(log).since(logBefore),
                    stagesBefore,
                    StageCounts.read(broker.sharedMemoryDirectory(), STAGES));
        }
    }

    private static void report(
            JvmUsage.Sample used,
            GcLog log,
            Map<Stage, HistogramSnapshot> before,
            Map<Stage, HistogramSnapshot> after) {
        double period = used.nowNs() / 1e9;
        System.out.printf(
                "    allocated: shards %,.0f B/s, all threads %,.0f B/s; %d collections; %d stops, %.3f ms/s, longest since the start %.3f ms; %.2f cores%n",
                used.dataThreadBytes() / period,
                used.allocatedBytes() / period,
                log.collections(),
                log.stops(),
                log.stoppedNs() / 1e6 / period,
                log.longestStopNs() / 1e6,
                used.cores());
        after.forEach((stage, now) -> {
            HistogramSnapshot during = now.since(before.get(stage));
            System.out.printf(
                    "    %s: %,d, p50 %.1f, p99 %.1f, p99.9 %.1f, p99.99 %.1f µs; longest since the start %.1f µs%n",
                    stage.label(),
                    during.count(),
                    during.percentileNs(0.5) / 1e3,
                    during.percentileNs(0.99) / 1e3,
                    during.percentileNs(0.999) / 1e3,
                    during.percentileNs(0.9999) / 1e3,
                    now.largestNs() / 1e3);
        });
    }
}
