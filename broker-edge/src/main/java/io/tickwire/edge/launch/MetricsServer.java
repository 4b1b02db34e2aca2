package io.tickwire.edge.launch;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.SummaryWithCallback;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.tickwire.edge.agent.Conductor;
import io.tickwire.edge.agent.Shard;
import io.tickwire.edge.agent.ShardPeers;
import io.tickwire.edge.config.ConfigException;
import io.tickwire.edge.config.HostPort;
import io.tickwire.edge.connection.ConnectionCounters;
import io.tickwire.edge.handler.share.ShareCounters;
import io.tickwire.edge.handler.share.ShareMembership;
import io.tickwire.edge.metrics.HistogramSnapshot;
import io.tickwire.edge.metrics.Stage;
import io.tickwire.edge.metrics.StatsFile;
import io.tickwire.net.transport.LongCell;
import io.tickwire.net.transport.TransportCounters;
import io.tickwire.storage.compaction.CleanerCounters;
import io.tickwire.storage.compaction.LogCleaner;
import io.tickwire.storage.log.LogPretoucher;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** Serves the broker's counts over HTTP at {@code /metrics}, in Prometheus' text format. Reading them disturbs nobody. */
final class MetricsServer implements AutoCloseable {
    private static final double[] QUANTILES = {0.5, 0.9, 0.99, 0.999, 0.9999, 1};
    private static final double NS_PER_S = 1e9;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final HTTPServer server;

    MetricsServer(
            HostPort listen,
            List<Shard> shards,
            Conductor conductor,
            LogCleaner cleaner,
            LogPretoucher pretoucher,
            ShareMembership members,
            StatsFile stats) {
        connections(shards.stream().map(Shard::counters).toList());
        counter(
                "tickwire_internal_errors",
                "Requests, messages and tasks that the broker failed over",
                () -> shards.stream()
                        .mapToLong(shard -> shard.errors().count().get())
                        .sum());
        transport(shards.stream().map(shard -> shard.transport().counters()).toList());
        peers(shards.stream().map(Shard::peers).toList());
        latencies(stats);
        gauge(
                "tickwire_appends_waiting",
                "Appends that wait for their log to be open",
                sum(shards, shard -> shard.partitions().waitingAppends()));
        gauge(
                "tickwire_journal_extra_window_bytes",
                "Disk blocks and pages kept ready beyond the usual, for fast writers",
                pretoucher::extraBytes);
        compaction(cleaner);
        shares(members);
        counter("tickwire_conductor_rejected", "Control tasks turned away", conductor::rejected);
        Runtime runtime = Runtime.getRuntime();
        gauge("tickwire_heap_used_bytes", "Heap in use", () -> runtime.totalMemory() - runtime.freeMemory());
        try {
            server = HTTPServer.builder()
                    .hostname(listen.host())
                    .port(listen.port())
                    .registry(registry)
                    .buildAndStart();
        } catch (IOException e) {
            throw ConfigException.of("metrics.listen", listen.toString(), "cannot be listened on: " + e.getMessage());
        }
    }

    private void connections(List<ConnectionCounters> all) {
        gauge(
                "tickwire_connections",
                "Connections open",
                () -> sum(all, ConnectionCounters::opened).getAsLong()
                        - sum(all, ConnectionCounters::closed).getAsLong());
        counter("tickwire_connections_opened", "Connections accepted", sum(all, ConnectionCounters::opened));
        counter("tickwire_connections_closed", "Connections ended", sum(all, ConnectionCounters::closed));
        counter(
                "tickwire_connections_refused",
                "Connections refused by a limit",
                sum(all, ConnectionCounters::refused));
        counter(
                "tickwire_connections_rejected",
                "Connections closed for what they sent",
                sum(all, ConnectionCounters::rejected));
        counter(
                "tickwire_connections_idle_closed",
                "Connections closed as idle",
                sum(all, ConnectionCounters::idleClosed));
        counter("tickwire_requests", "Requests dispatched", sum(all, ConnectionCounters::requests));
        counter(
                "tickwire_request_memory_waits",
                "Requests that waited for memory",
                sum(all, ConnectionCounters::memoryWaits));
        counter("tickwire_slow_responses", "Responses not taken at once", sum(all, ConnectionCounters::slowResponses));
        counter("tickwire_throttled_requests", "Requests above a quota", sum(all, ConnectionCounters::throttled));
    }

    private void transport(List<TransportCounters> all) {
        counter("tickwire_transport_received_bytes", "Stream bytes received", sum(all, TransportCounters::bytesIn));
        counter("tickwire_transport_sent_bytes", "Stream bytes sent", sum(all, TransportCounters::bytesOut));
        counter(
                "tickwire_transport_short_sends",
                "Sends cut short by the peer's pace",
                sum(all, TransportCounters::shortSends));
        counter(
                "tickwire_transport_accept_failures",
                "Accepts that failed",
                sum(all, TransportCounters::acceptFailures));
    }

    private void peers(List<ShardPeers> all) {
        counter("tickwire_shard_messages", "Messages from shard to shard", sum(all, ShardPeers::sent));
        counter(
                "tickwire_shard_ring_full",
                "Messages from shard to shard that waited for room",
                sum(all, ShardPeers::fullRings));
    }

    private void latencies(StatsFile stats) {
        SummaryWithCallback.builder()
                .name("tickwire_latency_seconds")
                .help("How long each stage takes, since the start")
                .labelNames("stage", "shard")
                .callback(callback -> {
                    for (Stage stage : Stage.values()) {
                        for (int shard = 0; shard < stats.shards(); shard++) {
                            HistogramSnapshot all =
                                    stats.histogram(shard, stage).snapshot();
                            callback.call(
                                    all.count(),
                                    all.totalNs() / NS_PER_S,
                                    quantiles(all),
                                    stage.label(),
                                    Integer.toString(shard));
                        }
                    }
                })
                .register(registry);
    }

    private static Quantiles quantiles(HistogramSnapshot all) {
        Quantiles.Builder quantiles = Quantiles.builder();
        for (double part : QUANTILES) {
            quantiles.quantile(part, all.percentileNs(part) / NS_PER_S);
        }
        return quantiles.build();
    }

    private static <T> LongSupplier sum(List<T> all, Function<T, LongCell> cell) {
        return () -> all.stream().mapToLong(one -> cell.apply(one).get()).sum();
    }

    private void compaction(LogCleaner cleaner) {
        CleanerCounters counters = cleaner.counters();
        counter("tickwire_cleaner_passes", "Compaction passes completed", counters.passes()::sum);
        counter("tickwire_cleaner_read_bytes", "Bytes of batches read by compaction", counters.readBytes()::sum);
        counter("tickwire_cleaner_written_bytes", "Bytes of batches written by it", counters.writtenBytes()::sum);
        counter("tickwire_cleaner_removed_bytes", "Bytes of batches removed by it", counters.removedBytes()::sum);
        counter("tickwire_cleaner_removed_records", "Records removed by it", counters.removedRecords()::sum);
        counter(
                "tickwire_cleaner_records_without_key",
                "Records removed because they had no key",
                counters.recordsWithoutKey()::sum);
        counter("tickwire_cleaner_failures", "Compaction passes that failed", counters.failures()::sum);
        gauge(
                "tickwire_cleaner_last_run_ms",
                "When the last pass was completed, milliseconds since 1970, or -1",
                counters::lastRunMs);
        gauge(
                "tickwire_cleaner_uncleanable_partitions",
                "Partitions that are not compacted because of damage",
                () -> cleaner.uncleanable().size());
    }

    private void shares(ShareMembership members) {
        ShareCounters counters = members.counters();
        gauge("tickwire_share_sessions", "Share sessions open", members::sessionCount);
        gauge(
                "tickwire_share_partitions",
                "Share partitions in memory",
                () -> counters.partitionsLoaded().get()
                        - counters.partitionsDropped().get());
        gauge(
                "tickwire_share_fetches_waiting",
                "Share fetches that wait",
                () -> counters.fetchesParked().get()
                        - counters.fetchesUnparked().get());
        counter("tickwire_share_acquired_records", "Records delivered to share groups", counters.acquired()::get);
        counter("tickwire_share_redelivered_records", "Records delivered again", counters.redelivered()::get);
        counter("tickwire_share_acknowledged_records", "Records acknowledged", counters.acknowledged()::get);
        counter("tickwire_share_refused_acknowledgements", "Acknowledgements refused", counters.refused()::get);
        counter("tickwire_share_lock_timeouts", "Records whose lock ran out", counters.locksTimedOut()::get);
        counter("tickwire_share_state_failures", "State not read or written", counters.stateFailures()::get);
        counter("tickwire_share_sessions_refused", "Share sessions without room", counters.sessionsRefused()::get);
    }

    private void counter(String name, String help, LongSupplier value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call((double) value.getAsLong()))
                .register(registry);
    }

    private void gauge(String name, String help, LongSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call((double) value.getAsLong()))
                .register(registry);
    }

    int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        server.close();
    }
}
