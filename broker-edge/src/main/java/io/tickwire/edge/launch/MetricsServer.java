package io.tickwire.edge.launch;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.tickwire.edge.agent.Conductor;
import io.tickwire.edge.agent.Shard;
import io.tickwire.edge.config.ConfigException;
import io.tickwire.edge.config.HostPort;
import io.tickwire.edge.connection.ConnectionCounters;
import io.tickwire.net.transport.TransportCounters;
import java.io.IOException;
import java.util.function.LongSupplier;

/** Serves the broker's counts over HTTP at {@code /metrics}, in Prometheus' text format. Reading them disturbs nobody. */
final class MetricsServer implements AutoCloseable {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final HTTPServer server;

    MetricsServer(HostPort listen, Shard shard, Conductor conductor) {
        connections(shard.counters());
        transport(shard.transport().counters());
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

    private void connections(ConnectionCounters counters) {
        gauge(
                "tickwire_connections",
                "Connections open",
                () -> counters.opened().get() - counters.closed().get());
        counter("tickwire_connections_opened", "Connections accepted", counters.opened()::get);
        counter("tickwire_connections_closed", "Connections ended", counters.closed()::get);
        counter("tickwire_connections_refused", "Connections refused by a limit", counters.refused()::get);
        counter("tickwire_connections_rejected", "Connections closed for what they sent", counters.rejected()::get);
        counter("tickwire_connections_idle_closed", "Connections closed as idle", counters.idleClosed()::get);
        counter("tickwire_requests", "Requests dispatched", counters.requests()::get);
        counter("tickwire_request_memory_waits", "Requests that waited for memory", counters.memoryWaits()::get);
        counter("tickwire_slow_responses", "Responses not taken at once", counters.slowResponses()::get);
    }

    private void transport(TransportCounters counters) {
        counter("tickwire_transport_received_bytes", "Stream bytes received", counters.bytesIn()::get);
        counter("tickwire_transport_sent_bytes", "Stream bytes sent", counters.bytesOut()::get);
        counter("tickwire_transport_short_sends", "Sends cut short by the peer's pace", counters.shortSends()::get);
        counter("tickwire_transport_accept_failures", "Accepts that failed", counters.acceptFailures()::get);
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
