package io.tickwire.compat.bench.clients;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.HdrHistogram.Histogram;

/** What one broker did with one shape of load, over all rounds. */
final class PeerResult {
    /** One direction, flat out: what the client did, what the broker used, and the CPU time that the clients' process took for it. */
    record Measured(ClientLoad.Flow flow, JvmUsage.Sample used, long clientCpuNs) {
        double perSecond() {
            return flow.perSecond();
        }

        /** Cores that the clients kept busy. */
        double clientCores() {
            return (double) clientCpuNs / used.nowNs();
        }
    }

    private final List<Measured> produced = new ArrayList<>();
    private final List<Measured> consumed = new ArrayList<>();
    private final Histogram acknowledgedNs = Latency.histogram();
    private final Histogram consumedNs = Latency.histogram();
    private BrokerStages stages = BrokerStages.none();
    private long lost;
    private long clientCollectionMs;

    void addThroughput(Measured producing, Measured consuming) {
        produced.add(producing);
        consumed.add(consuming);
    }

    void addLatencies(ClientLoad.Latencies latencies, BrokerStages brokers, long collectionMs) {
        stages = stages.plus(brokers);
        acknowledgedNs.add(latencies.acknowledged());
        consumedNs.add(latencies.consumed());
        lost += latencies.lost();
        clientCollectionMs += collectionMs;
    }

    List<Measured> produced() {
        return produced;
    }

    List<Measured> consumed() {
        return consumed;
    }

    Histogram acknowledgedNs() {
        return acknowledgedNs;
    }

    Histogram consumedNs() {
        return consumedNs;
    }

    /** What the broker's own clocks say of the same requests. */
    BrokerStages stages() {
        return stages;
    }

    /** Records that did not arrive in time. */
    long lost() {
        return lost;
    }

    /** Milliseconds that the clients' process stood still to collect garbage, while latencies were taken. */
    long clientCollectionMs() {
        return clientCollectionMs;
    }

    /** Returns the round in the middle by records a second; of two, the better one. */
    static Measured middle(List<Measured> rounds) {
        return rounds.stream()
                .sorted(Comparator.comparingDouble(Measured::perSecond))
                .toList()
                .get(rounds.size() / 2);
    }

    /** What the broker used in all rounds of both directions. */
    JvmUsage.Sample used() {
        JvmUsage.Sample sum = new JvmUsage.Sample(0, 0, 0, 0);
        for (List<Measured> direction : List.of(produced, consumed)) {
            for (Measured round : direction) {
                sum = sum.plus(round.used());
            }
        }
        return sum;
    }

    /** Requests of both clients in all rounds. */
    long requests() {
        return List.of(produced, consumed).stream()
                .flatMap(List::stream)
                .mapToLong(round -> round.flow().requests())
                .sum();
    }
}
