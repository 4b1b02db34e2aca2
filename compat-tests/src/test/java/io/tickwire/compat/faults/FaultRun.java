package io.tickwire.compat.faults;

import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.FaultyTarget;
import io.tickwire.compat.target.TargetException;
import io.tickwire.compat.target.Targets;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * One run as a program: {@code TARGET SEED FAULTS network|no-network DIRECTORY}. In a network namespace of its own when it is to
 * cut the network. Prints what it did and each anomaly; ends with 0 when there is none, 1 when there are, 2 when it could not run.
 * The directory has the history when it has ended, and the broker's data and output too when there is an anomaly.
 */
public final class FaultRun {

    private static final int SHOWN = 30;

    private final FaultyTarget broker;
    private final History history;
    private final LoopbackCut network;
    private final AtomicInteger kills = new AtomicInteger();

    private FaultRun(FaultyTarget broker, History history) {
        this.broker = broker;
        this.history = history;
        this.network = new LoopbackCut(broker.port());
    }

    public static void main(String[] arguments) {
        int status = 2;
        try {
            status = run(
                    arguments[0],
                    Long.parseLong(arguments[1]),
                    Integer.parseInt(arguments[2]),
                    arguments[3],
                    Path.of(arguments[4]));
        } catch (Exception e) {
            e.printStackTrace(System.out);
        }
        System.exit(status);
    }

    private static int run(String kind, long seed, int count, String networkWord, Path directory) throws Exception {
        boolean hasNetwork = networkWord.equals("network");
        if (hasNetwork) {
            LoopbackCut.raiseLoopback();
        }
        Set<Fault.Kind> kinds = Arrays.stream(Fault.Kind.values())
                .filter(one -> hasNetwork || !one.needsNetwork())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Fault.Kind.class)));
        List<Fault> schedule = Fault.schedule(seed, count, kinds);
        System.out.println(kind + ", seed " + seed + ": " + schedule);
        List<Anomaly> anomalies;
        try (PrintWriter events = new PrintWriter(Files.newBufferedWriter(directory.resolve("history.txt")), true);
                FaultyTarget broker = (FaultyTarget) Targets.start(kind, BrokerSettings.small())) {
            Runtime.getRuntime().addShutdownHook(new Thread(broker::kill));
            History history = new History(events::println);
            FaultRun run = new FaultRun(broker, history);
            Workload workload = new Workload(broker.bootstrap(), history, run.kills);
            workload.start(seed);
            Thread.sleep(1_500);
            long start = System.nanoTime();
            for (Fault fault : schedule) {
                run.inflict(fault);
                System.out.println(secondsSince(start) + " s: " + fault.kind() + " is over");
                Thread.sleep(fault.thenMs());
            }
            workload.awaitProgress();
            workload.finish(kind.startsWith("kafka"));
            System.out.println(secondsSince(start) + " s: all read");
            System.out.println(Summary.of(history, kind, seed));
            anomalies = notExplained(HistoryChecker.check(history), broker);
            if (!anomalies.isEmpty()) {
                broker.kill();
                keep(broker.directory(), directory);
            }
        }
        anomalies.stream().limit(SHOWN).forEach(anomaly -> System.out.println("ANOMALY " + anomaly));
        if (anomalies.size() > SHOWN) {
            System.out.println("ANOMALY and " + (anomalies.size() - SHOWN) + " more");
        }
        return anomalies.isEmpty() ? 0 : 1;
    }

    private static double secondsSince(long startNs) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs) / 1_000.0;
    }

    private static List<Anomaly> notExplained(List<Anomaly> anomalies, FaultyTarget broker) throws IOException {
        if (!broker.name().startsWith("kafka")) {
            return anomalies;
        }
        SkippedMarkers skipped = SkippedMarkers.in(broker.directory().resolve("output.log"));
        List<Anomaly> left = skipped.notExplained(anomalies);
        if (left.size() < anomalies.size()) {
            System.out.println(
                    "Kafka skipped the markers of " + skipped.transactionalIds() + " (docs/faults.md), hence:");
            anomalies.stream()
                    .filter(anomaly -> !left.contains(anomaly))
                    .limit(SHOWN)
                    .forEach(anomaly -> System.out.println("  known: " + anomaly));
        }
        return left;
    }

    private static void keep(Path from, Path to) throws IOException, InterruptedException {
        // The journals' files are sparse.
        Process copy = new ProcessBuilder(
                        "cp",
                        "-a",
                        "--sparse=always",
                        from.toString(),
                        to.resolve("broker").toString())
                .inheritIO()
                .start();
        System.out.println(copy.waitFor() == 0 ? "The broker's data and the history are in " + to : "Nothing was kept");
    }

    private void inflict(Fault fault) throws InterruptedException {
        history.event(fault);
        switch (fault.kind()) {
            case KILL -> {
                kill();
                broker.restart();
            }
            case KILL_TWICE -> {
                kill();
                CompletableFuture<Void> starting = CompletableFuture.runAsync(broker::restart);
                Thread.sleep(fault.lastsMs() / 4);
                kill();
                awaitEnd(starting);
                // The first may have missed a process that was not there yet.
                kill();
                broker.restart();
            }
            case STOP -> {
                broker.stop();
                kills.incrementAndGet();
                broker.restart();
            }
            case PAUSE -> {
                broker.pause();
                Thread.sleep(fault.lastsMs());
                broker.resume();
            }
            case CUT -> {
                network.cut();
                Thread.sleep(fault.lastsMs());
                network.heal();
            }
            case CUT_AND_KILL -> {
                network.cut();
                Thread.sleep(fault.lastsMs() / 2);
                kill();
                broker.restart();
                network.heal();
            }
        }
    }

    /** Counted once the process is gone, and before another one serves. */
    private void kill() {
        broker.kill();
        history.event("killed");
        kills.incrementAndGet();
    }

    private static void awaitEnd(CompletableFuture<Void> starting) {
        try {
            starting.join();
        } catch (java.util.concurrent.CompletionException e) {
            if (!(e.getCause() instanceof TargetException)) {
                throw e;
            }
            // Killed before it had started, as it should be.
        }
    }
}
