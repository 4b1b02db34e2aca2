package io.tickwire.compat.bench.clients;

import io.tickwire.compat.bench.Hardware;
import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.KafkaProcess;
import io.tickwire.compat.target.Target;
import io.tickwire.compat.target.TickwireProcess;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tickwire bench kafka}: the same stock clients against Tickwire and real Kafka, in turn, in one run. */
@Command(
        name = "kafka",
        mixinStandardHelpOptions = true,
        description = {
            "Stock Java clients against Tickwire and Apache Kafka, each a child process with the same heap, taking turns.",
            "Throughput: one producer flat out, then one consumer. Latency: open loop at a fixed rate, from when each record was due."
        })
public final class KafkaCommand implements Callable<Integer> {
    private static final String HEAP = "-Xmx1g";

    @Option(names = "--sizes", split = ",", paramLabel = "BYTES", description = "Value sizes; default 100,1000.")
    private List<Integer> sizes = List.of(100, 1_000);

    @Option(names = "--partitions", split = ",", paramLabel = "N", description = "Partition counts; default 1,16.")
    private List<Integer> partitions = List.of(1, 16);

    @Option(names = "--acks", split = ",", paramLabel = "ACKS", description = "Kafka's acks; default 1,all.")
    private List<String> acks = List.of("1", "all");

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Records a second in the latency part; default ${DEFAULT-VALUE}.",
            defaultValue = "2000")
    private int rate;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "Recorded seconds of each part; default ${DEFAULT-VALUE}.",
            defaultValue = "5")
    private double seconds;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Rounds over both brokers; default ${DEFAULT-VALUE}.",
            defaultValue = "2")
    private int rounds;

    @Override
    public Integer call() {
        System.out.println(Hardware.describe() + "; clients and broker share it; " + HEAP + " each broker");
        try (Target tickwire = TickwireProcess.start(BrokerSettings.small(), Map.of(), HEAP);
                Target kafka = KafkaProcess.start(
                        BrokerSettings.small(),
                        HEAP,
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow")) {
            List<Target> peers = List.of(tickwire, kafka);
            for (ClientLoad.Shape shape : shapes()) {
                compare(peers, shape);
            }
            return 0;
        }
    }

    private List<ClientLoad.Shape> shapes() {
        List<ClientLoad.Shape> shapes = new ArrayList<>();
        for (int size : sizes) {
            for (int count : partitions) {
                for (String one : acks) {
                    shapes.add(new ClientLoad.Shape(Math.max(16, size), count, one));
                }
            }
        }
        return shapes;
    }

    private void compare(List<Target> peers, ClientLoad.Shape shape) {
        Map<String, List<ClientLoad.Throughput>> rates = new LinkedHashMap<>();
        Map<String, Histogram> acknowledged = new LinkedHashMap<>();
        Map<String, Histogram> consumed = new LinkedHashMap<>();
        Map<String, Long> lost = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Target peer : peers) {
                ClientLoad flatOut = new ClientLoad(peer, shape);
                flatOut.createTopic();
                rates.computeIfAbsent(peer.name(), name -> new ArrayList<>()).add(flatOut.throughput(seconds));
                ClientLoad paced = new ClientLoad(peer, shape);
                paced.createTopic();
                ClientLoad.Latencies seen = paced.latency(rate, Math.min(2, seconds / 2), seconds);
                acknowledged
                        .computeIfAbsent(peer.name(), name -> Latency.histogram())
                        .add(seen.acknowledged());
                consumed.computeIfAbsent(peer.name(), name -> Latency.histogram())
                        .add(seen.consumed());
                lost.merge(peer.name(), seen.lost(), Long::sum);
            }
        }
        print(shape, rates, acknowledged, consumed, lost);
    }

    private void print(
            ClientLoad.Shape shape,
            Map<String, List<ClientLoad.Throughput>> rates,
            Map<String, Histogram> acknowledged,
            Map<String, Histogram> consumed,
            Map<String, Long> lost) {
        System.out.printf("%n%s, %d rounds of %.0f s%n", shape, rounds, seconds);
        rates.forEach((name, rounds) -> {
            double produced = rounds.stream()
                    .mapToDouble(ClientLoad.Throughput::produced)
                    .max()
                    .orElse(0);
            double read = rounds.stream()
                    .mapToDouble(ClientLoad.Throughput::consumed)
                    .max()
                    .orElse(0);
            System.out.printf(
                    "  %-16s produce %,12.0f records/s %8.1f MB/s   consume %,12.0f records/s (best round)%n",
                    name, produced, produced * shape.valueBytes() / 1e6, read);
        });
        System.out.println(Latency.header("  at " + rate + " records/s"));
        acknowledged.forEach(
                (name, histogram) -> System.out.println(Latency.line("  " + name + " acknowledged", histogram)));
        consumed.forEach(
                (name, histogram) -> System.out.println(Latency.line("  " + name + " produce→consume", histogram)));
        lost.forEach((name, count) -> {
            if (count > 0) {
                System.out.printf("  %s: %d records did not arrive in time%n", name, count);
            }
        });
    }
}
