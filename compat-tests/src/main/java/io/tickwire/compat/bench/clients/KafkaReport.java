package io.tickwire.compat.bench.clients;

import io.tickwire.edge.metrics.HistogramSnapshot;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Prints results as Markdown, and writes them as JSON, one object a line. */
final class KafkaReport {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 100};

    private final Map<ClientLoad.Shape, Map<String, PeerResult>> results;
    private final int rate;

    KafkaReport(Map<ClientLoad.Shape, Map<String, PeerResult>> results, int rate) {
        this.results = results;
        this.rate = rate;
    }

    void print(PrintStream out) {
        results.forEach((shape, peers) -> {
            out.printf("%n### %s%n", shape);
            PeerResult first = peers.values().iterator().next();
            if (!first.produced().isEmpty()) {
                printThroughput(out, peers);
            }
            if (first.consumedNs().getTotalCount() > 0) {
                printLatencies(out, peers);
            }
        });
    }

    private static void printThroughput(PrintStream out, Map<String, PeerResult> peers) {
        out.println();
        out.println(
                "| records/s, flat out | produce | broker's cores | clients' | consume | broker's cores | clients' |"
                        + " broker allocates, MB/s | B/request | its shards', B/request |");
        out.println("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        peers.forEach((name, result) -> out.println(throughput(name, result)));
        PeerResult tickwire = peers.get(Peer.TICKWIRE);
        PeerResult kafka = peers.get(Peer.KAFKA);
        PeerResult floor = peers.get(Peer.FLOOR);
        out.printf(
                Locale.ROOT,
                "%nOf Kafka's records/s: Tickwire %.2f produced, %.2f consumed; the floor, the most these clients can do,"
                        + " %.2f and %.2f.%n",
                PeerResult.middle(tickwire.produced()).perSecond()
                        / PeerResult.middle(kafka.produced()).perSecond(),
                PeerResult.middle(tickwire.consumed()).perSecond()
                        / PeerResult.middle(kafka.consumed()).perSecond(),
                PeerResult.middle(floor.produced()).perSecond()
                        / PeerResult.middle(kafka.produced()).perSecond(),
                PeerResult.middle(floor.consumed()).perSecond()
                        / PeerResult.middle(kafka.consumed()).perSecond());
    }

    private void printLatencies(PrintStream out, Map<String, PeerResult> peers) {
        out.printf("%n| µs at %,d records/s | p50 | p90 | p99 | p99.9 | max | lost |%n", rate);
        out.println("|---|---:|---:|---:|---:|---:|---:|");
        peers.forEach((name, result) -> {
            out.println(latency(name + ", acknowledged", result.acknowledgedNs(), result.lost()));
            out.println(latency(name + ", produce→consume", result.consumedNs(), result.lost()));
        });
        PeerResult tickwire = peers.get(Peer.TICKWIRE);
        for (BrokerStages.Stage stage : BrokerStages.Stage.values()) {
            out.println(stage(stage.label(), tickwire.stages().of(stage)));
        }
        PeerResult kafka = peers.get(Peer.KAFKA);
        PeerResult floor = peers.get(Peer.FLOOR);
        out.printf(
                Locale.ROOT,
                "%nKafka's produce→consume p99 and p99.9 divided by Tickwire's: %.1f and %.1f; by the floor's, the most"
                        + " there can be with these clients: %.1f and %.1f. Meanwhile garbage collection stopped the"
                        + " clients for %d ms (Tickwire), %d ms (Kafka), %d ms (floor).%n",
                ratio(kafka, tickwire, 99),
                ratio(kafka, tickwire, 99.9),
                ratio(kafka, floor, 99),
                ratio(kafka, floor, 99.9),
                tickwire.clientCollectionMs(),
                kafka.clientCollectionMs(),
                floor.clientCollectionMs());
    }

    private static String throughput(String name, PeerResult result) {
        PeerResult.Measured produced = PeerResult.middle(result.produced());
        PeerResult.Measured consumed = PeerResult.middle(result.consumed());
        JvmUsage.Sample used = result.used();
        double requests = result.requests();
        return String.format(
                Locale.ROOT,
                "| %s | %,.0f | %.2f | %.2f | %,.0f | %.2f | %.2f | %.1f | %,.0f | %s |",
                name,
                produced.perSecond(),
                produced.used().cores(),
                produced.clientCores(),
                consumed.perSecond(),
                consumed.used().cores(),
                consumed.clientCores(),
                used.allocatedBytes() * 1e3 / used.nowNs(),
                used.allocatedBytes() / requests,
                name.equals(Peer.TICKWIRE)
                        ? String.format(Locale.ROOT, "%.1f", used.dataThreadBytes() / requests)
                        : "–");
    }

    private static String latency(String name, Histogram histogram, long lost) {
        StringBuilder line = new StringBuilder("| ").append(name);
        for (double percentile : PERCENTILES) {
            line.append(String.format(Locale.ROOT, " | %,.0f", histogram.getValueAtPercentile(percentile) / 1e3));
        }
        return line.append(" | ").append(lost).append(" |").toString();
    }

    private static String stage(String name, HistogramSnapshot counted) {
        StringBuilder line = new StringBuilder("| of this in Tickwire: ").append(name);
        for (double percentile : PERCENTILES) {
            line.append(String.format(Locale.ROOT, " | %,.0f", counted.percentileNs(percentile / 100) / 1e3));
        }
        return line.append(" | |").toString();
    }

    private static double ratio(PeerResult slower, PeerResult faster, double percentile) {
        return (double) slower.consumedNs().getValueAtPercentile(percentile)
                / faster.consumedNs().getValueAtPercentile(percentile);
    }

    /** Writes a line for each shape and broker; latencies in ns, rates in records a second, one for each round. */
    void write(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        results.forEach((shape, peers) -> peers.forEach((name, result) -> lines.add(String.format(
                Locale.ROOT,
                "{\"peer\":\"%s\",\"valueBytes\":%d,\"partitions\":%d,\"acks\":\"%s\",\"produced\":%s,\"consumed\":%s,"
                        + "\"allocatedBytes\":%d,\"requests\":%d,\"rate\":%d,\"acknowledgedNs\":%s,\"consumedNs\":%s,"
                        + "\"lost\":%d}",
                name,
                shape.valueBytes(),
                shape.partitions(),
                shape.acks(),
                rates(result.produced()),
                rates(result.consumed()),
                result.used().allocatedBytes(),
                result.requests(),
                rate,
                percentiles(result.acknowledgedNs()),
                percentiles(result.consumedNs()),
                result.lost()))));
        Files.write(file, lines);
    }

    private static List<Long> rates(List<PeerResult.Measured> rounds) {
        return rounds.stream().map(round -> (long) round.flow().perSecond()).toList();
    }

    private static String percentiles(Histogram histogram) {
        StringBuilder text = new StringBuilder("{");
        for (double percentile : PERCENTILES) {
            text.append(text.length() > 1 ? "," : "")
                    .append('"')
                    .append(percentile)
                    .append("\":")
                    .append(histogram.getValueAtPercentile(percentile));
        }
        return text.append('}').toString();
    }
}
