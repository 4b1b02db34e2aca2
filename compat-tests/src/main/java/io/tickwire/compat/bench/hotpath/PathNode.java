package io.tickwire.compat.bench.hotpath;

import io.tickwire.edge.metrics.HistogramSnapshot;
import io.tickwire.edge.metrics.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The process at the outer ends of a whole broker: exchange and subscriber ({@link PathLoad}), or publisher ({@link RoundTripLoad}). Prints its
 * tables itself. One wire a process, as DPDK is started once. Real-time priority begins after the warm-up: with both cores taken nothing is compiled.
 */
public final class PathNode {
    private static final double WARM_UP_SECONDS = 1;

    /** Once nothing but the two ends runs, it is too late to compile. */
    private static final double REAL_TIME_WARM_UP_SECONDS = 10;

    private static final int REAL_TIME_PRIORITY = 50;
    private static final int WARM_UP_RATE = 50_000;

    private final Plan plan;
    private final HotpathReport report = new HotpathReport(System.out);

    /**
     * What to run.
     *
     * @param pinned this process on core 0 and the broker's shard on core 1
     */
    record Plan(
            FeedWire.Kind wire,
            Path scratch,
            boolean pinned,
            boolean lossFree,
            int rounds,
            double seconds,
            List<Integer> sizes,
            List<Integer> rates) {
        List<String> encode() {
            return List.of(
                    wire.name(),
                    scratch.toString(),
                    Boolean.toString(pinned),
                    Boolean.toString(lossFree),
                    Integer.toString(rounds),
                    Double.toString(seconds),
                    join(sizes),
                    join(rates));
        }

        static Plan decode(String[] words) {
            return new Plan(
                    FeedWire.Kind.valueOf(words[0]),
                    Path.of(words[1]),
                    Boolean.parseBoolean(words[2]),
                    Boolean.parseBoolean(words[3]),
                    Integer.parseInt(words[4]),
                    Double.parseDouble(words[5]),
                    split(words[6]),
                    split(words[7]));
        }

        private static String join(List<Integer> numbers) {
            return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
        }

        private static List<Integer> split(String numbers) {
            return Stream.of(numbers.split(",")).map(Integer::valueOf).toList();
        }
    }

    private PathNode(Plan plan) {
        this.plan = plan;
    }

    /** Runs a plan in a JVM of its own, whose output is this one's. */
    static void start(List<String> jvmArgs, Plan plan) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArgs);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), PathNode.class.getName()));
        command.addAll(plan.encode());
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            if (process.waitFor() != 0) {
                System.out.println(plan.wire().label() + ": not measured, see above");
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
        }
    }

    public static void main(String[] arguments) throws IOException {
        new PathNode(Plan.decode(arguments)).run();
        System.exit(0); // DPDK's own threads stay.
    }

    private void run() throws IOException {
        try (EdgeBroker broker = new EdgeBroker(plan.wire, plan.scratch, plan.pinned ? 1 : -1)) {
            try (PathLoad path = new PathLoad(plan.wire.open(EdgeBroker.socket(plan.scratch)), broker.channels())) {
                pin(); // Not earlier: DPDK's threads would inherit it.
                path.run(warmUp());
                if (ThreadPin.REAL_TIME && !broker.makeShardRealTime(REAL_TIME_PRIORITY)) {
                    System.out.println("the shard was refused real-time priority");
                }
                measure("path-" + plan.wire.label(), broker, path::run);
                if (plan.lossFree) {
                    lossFree(path::run);
                }
            }
            if (plan.wire == FeedWire.Kind.KERNEL) {
                try (RoundTripLoad trip = new RoundTripLoad(broker.channels())) {
                    trip.run(warmUp());
                    measure("publish-offset", null, trip::run);
                }
            }
        }
    }

    private static Load warmUp() {
        return Load.of(
                Message.MIN_BYTES * 4,
                WARM_UP_RATE,
                0,
                ThreadPin.REAL_TIME ? REAL_TIME_WARM_UP_SECONDS : WARM_UP_SECONDS);
    }

    private void pin() {
        if (plan.pinned) {
            ThreadPin.pin(0);
        }
    }

    private void measure(String name, EdgeBroker broker, LossFreeRate.Attempt attempt) throws IOException {
        report.header();
        for (int size : plan.sizes) {
            for (int rate : plan.rates) {
                if (rate <= plan.wire.maxRate()) {
                    measure(name, broker, attempt, Load.of(size, rate, plan.seconds / 4, plan.seconds));
                }
            }
        }
    }

    private void measure(String name, EdgeBroker broker, LossFreeRate.Attempt attempt, Load load) throws IOException {
        RoundResults results = new RoundResults(load);
        Map<Stage, HistogramSnapshot> before = broker == null ? Map.of() : broker.stages();
        for (int round = 0; round < plan.rounds; round++) {
            results.add(runRound(attempt, load));
        }
        report.row(name, results);
        if (broker != null) {
            Map<Stage, HistogramSnapshot> between = new LinkedHashMap<>(broker.stages());
            between.replaceAll((stage, now) -> now.since(before.get(stage)));
            report.stages(between);
        }
    }

    private static Result runRound(LossFreeRate.Attempt attempt, Load load) throws IOException {
        try (var _ = ThreadPin.whileMeasuring(REAL_TIME_PRIORITY)) {
            return attempt.run(load);
        }
    }

    private void lossFree(LossFreeRate.Attempt attempt) throws IOException {
        for (int size : plan.sizes) {
            report.lossFree(
                    "path-" + plan.wire.label(),
                    size,
                    LossFreeRate.search(size, plan.seconds, load -> runRound(attempt, load)));
        }
    }
}
