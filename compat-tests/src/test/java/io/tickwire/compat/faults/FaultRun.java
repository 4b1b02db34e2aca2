package io.tickwire.compat.faults;

import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.FaultyTarget;
import io.tickwire.compat.target.TargetException;
import io.tickwire.compat.target.Targets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * One run as a program: {@code TARGET SEED FAULTS network|no-network}. In a network namespace of its own when it is to cut the
 * network. Prints what it did and each anomaly; ends with 0 when there is none, 1 when there are, 2 when it could not run.
 */
public final class FaultRun {

    private static final int SHOWN = 30;

    private final FaultyTarget broker;
    private final LoopbackCut network;
    private final AtomicInteger kills = new AtomicInteger();

    private FaultRun(FaultyTarget broker) {
        this.broker = broker;
        this.network = new LoopbackCut(broker.port());
    }

    public static void main(String[] arguments) {
        int status = 2;
        try {
            status = run(arguments[0], Long.parseLong(arguments[1]), Integer.parseInt(arguments[2]), arguments[3]);
        } catch (Exception e) {
            e.printStackTrace(System.out);
        }
        System.exit(status);
    }

    private static int run(String kind, long seed, int count, String networkWord) throws Exception {
        boolean hasNetwork = networkWord.equals("network");
        if (hasNetwork) {
            LoopbackCut.raiseLoopback();
        }
        Set<Fault.Kind> kinds = Arrays.stream(Fault.Kind.values())
                .filter(one -> hasNetwork || !one.needsNetwork())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Fault.Kind.class)));
        List<Fault> schedule = Fault.schedule(seed, count, kinds);
        System.out.println(kind + ", seed " + seed + ": " + schedule);
        History history = new History();
        try (FaultyTarget broker = (FaultyTarget) Targets.start(kind, BrokerSettings.small())) {
            Runtime.getRuntime().addShutdownHook(new Thread(broker::kill));
            FaultRun run = new FaultRun(broker);
            Workload workload = new Workload(broker.bootstrap(), history, run.kills);
            workload.start(seed);
            Thread.sleep(1_500);
            long start = System.nanoTime();
            for (Fault fault : schedule) {
                run.inflict(fault);
                System.out.println(secondsSince(start) + " s: " + fault.kind() + " is over");
                Thread.sleep(fault.thenMs());
            }
            workload.finish(kind.startsWith("kafka"));
            System.out.println(secondsSince(start) + " s: all read");
        }
        List<Anomaly> anomalies = HistoryChecker.check(history);
        System.out.println(Summary.of(history, kind, seed));
        anomalies.stream().limit(SHOWN).forEach(anomaly -> System.out.println("ANOMALY " + anomaly));
        if (anomalies.size() > SHOWN) {
            System.out.println("ANOMALY and " + (anomalies.size() - SHOWN) + " more");
        }
        return anomalies.isEmpty() ? 0 : 1;
    }

    private static double secondsSince(long startNs) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs) / 1_000.0;
    }

    private void inflict(Fault fault) throws InterruptedException {
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
