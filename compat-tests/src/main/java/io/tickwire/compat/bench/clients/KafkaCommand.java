package io.tickwire.compat.bench.clients;

import io.tickwire.compat.bench.Hardware;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.agrona.CloseHelper;
import org.apache.kafka.common.utils.AppInfoParser;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tickwire bench kafka}: the same stock clients against Tickwire, real Kafka and a broker that does nothing. */
@Command(
        name = "kafka",
        mixinStandardHelpOptions = true,
        description = {
            "Stock Java clients against Tickwire, Apache Kafka and a broker that does nothing (the floor: the clients' own",
            "share), each a child process with the same heap, taking turns, in another order each time.",
            "Throughput: one producer flat out, then one consumer; the round in the middle counts, the better one of two.",
            "Latency: open loop at a fixed rate, from when each record was due."
        })
public final class KafkaCommand implements Callable<Integer> {
    private static final List<ClientLoad.Shape> WARM_UP =
            List.of(new ClientLoad.Shape(100, 1, "1"), new ClientLoad.Shape(1_000, 16, "all"));
    private static final double WARM_UP_SECONDS = 3;
    private static final int LEAST_VALUE_BYTES = 16;

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
            description = "Rounds over all brokers; default ${DEFAULT-VALUE}.",
            defaultValue = "3")
    private int rounds;

    @Option(names = "--quick", description = "Two rounds of a second: the whole table in less than five minutes.")
    private boolean quick;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting of Tickwire, such as threading.spin.us=50.")
    private Map<String, String> settings = new TreeMap<>();

    @Option(names = "--only", paramLabel = "PART", description = "One part alone: ${COMPLETION-CANDIDATES}.")
    private Part only;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures here too, one object a line.")
    private Path json;

    /** Named as on the command line. */
    private enum Part {
        latency,
        throughput
    }

    @Override
    public Integer call() throws IOException {
        if (quick) {
            rounds = 2;
            seconds = 1;
        }
        Map<ClientLoad.Shape, Map<String, PeerResult>> results = new LinkedHashMap<>();
        List<Peer> peers = new ArrayList<>();
        try {
            peers.add(Peer.tickwire(settings));
            peers.add(Peer.kafka());
            peers.add(Peer.floor());
            describe(peers);
            for (Peer peer : peers) {
                for (ClientLoad.Shape shape : WARM_UP) {
                    measureThroughput(peer, shape, WARM_UP_SECONDS, new PeerResult());
                }
                measureLatency(peer, WARM_UP.getFirst(), new PeerResult());
            }
            for (ClientLoad.Shape shape : shapes()) {
                Map<String, PeerResult> row = new LinkedHashMap<>();
                peers.forEach(peer -> row.put(peer.name(), new PeerResult()));
                results.put(shape, row);
            }
            // Latencies first: they shall not wait for a disk that is still busy with what was produced flat out.
            if (only != Part.throughput) {
                takeTurns(peers, results, this::measureLatency);
            }
            if (only != Part.latency) {
                takeTurns(peers, results, (peer, shape, into) -> measureThroughput(peer, shape, seconds, into));
            }
        } finally {
            CloseHelper.closeAll(peers);
        }
        KafkaReport report = new KafkaReport(results, rate);
        report.print(System.out);
        if (json != null) {
            report.write(json);
        }
        return 0;
    }

    private void describe(List<Peer> peers) {
        System.out.println(Hardware.describe() + "; clients and broker share it");
        System.out.printf(
                "Apache Kafka %s, broker and clients; %d rounds of %.0f s; producer: linger.ms 5 and batch.size 16384 flat out"
                        + " (Kafka's defaults), linger.ms 0 for latencies; idempotent with acks=all; consumer: defaults,"
                        + " assigned%n",
                AppInfoParser.getVersion(), rounds, seconds);
        peers.forEach(peer -> System.out.printf("- %s: %s%n", peer.name(), String.join(" ", peer.flags())));
        if (!settings.isEmpty()) {
            System.out.println("- Tickwire's settings: " + settings);
        }
    }

    /** Takes one measurement of one broker. */
    private interface Measurement {
        void take(Peer peer, ClientLoad.Shape shape, PeerResult into);
    }

    private void takeTurns(
            List<Peer> peers, Map<ClientLoad.Shape, Map<String, PeerResult>> results, Measurement measurement) {
        List<Peer> order = new ArrayList<>(peers);
        for (int round = 0; round < rounds; round++) {
            results.forEach((shape, row) -> {
                Collections.rotate(order, 1);
                order.forEach(peer -> measurement.take(peer, shape, row.get(peer.name())));
            });
        }
    }

    private List<ClientLoad.Shape> shapes() {
        List<ClientLoad.Shape> shapes = new ArrayList<>();
        for (int size : sizes) {
            for (int count : partitions) {
                for (String one : acks) {
                    shapes.add(new ClientLoad.Shape(Math.max(LEAST_VALUE_BYTES, size), count, one));
                }
            }
        }
        return shapes;
    }

    private void measureLatency(Peer peer, ClientLoad.Shape shape, PeerResult into) {
        ClientLoad load = new ClientLoad(peer.target(), shape);
        load.createTopic();
        BrokerStages stagesBefore = peer.stages();
        long before = JvmUsage.ownCollectionMs();
        ClientLoad.Latencies latencies = load.latency(rate, Math.min(2, seconds / 2), seconds);
        into.addLatencies(latencies, peer.stages().since(stagesBefore), JvmUsage.ownCollectionMs() - before);
        load.deleteTopic();
    }

    private static void measureThroughput(Peer peer, ClientLoad.Shape shape, double seconds, PeerResult into) {
        ClientLoad load = new ClientLoad(peer.target(), shape);
        load.createTopic();
        long clientStart = JvmUsage.ownCpuNs();
        JvmUsage.Sample start = peer.usage().sample();
        ClientLoad.Flow produced = load.produce(seconds);
        JvmUsage.Sample between = peer.usage().sample();
        long clientBetween = JvmUsage.ownCpuNs();
        ClientLoad.Flow consumed = load.consume(produced.records());
        JvmUsage.Sample end = peer.usage().sample();
        into.addThroughput(
                new PeerResult.Measured(produced, between.since(start), clientBetween - clientStart),
                new PeerResult.Measured(consumed, end.since(between), JvmUsage.ownCpuNs() - clientBetween));
        load.deleteTopic();
    }
}
