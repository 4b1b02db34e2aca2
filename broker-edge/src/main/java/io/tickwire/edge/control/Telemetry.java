package io.tickwire.edge.control;

import io.tickwire.edge.metadata.BrokerSettings;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.server.ClientMetricsManager;
import org.apache.kafka.server.metrics.ClientTelemetryExporterPlugin;
import org.apache.kafka.server.metrics.MetricConfigs;
import org.apache.kafka.server.telemetry.ClientTelemetry;
import org.apache.kafka.server.telemetry.ClientTelemetryExporterProvider;

/**
 * Client telemetry (KIP-714): Kafka's manager, with those of {@code metric.reporters} that receive clients' metrics. They are
 * given nothing else: Tickwire's own metrics are not Kafka's.
 */
final class Telemetry {
    private final Metrics metrics = new Metrics();
    private final List<MetricsReporter> reporters;
    private final ClientMetricsManager manager;

    // Kafka still takes the older kind of receiver, and so do its users' reporters.
    @SuppressWarnings("removal")
    Telemetry(BrokerSettings settings, Time time) {
        reporters = settings.getConfiguredInstances(
                MetricConfigs.METRIC_REPORTER_CLASSES_CONFIG,
                MetricsReporter.class,
                Map.of("node.id", Integer.toString(settings.nodeId())));
        ClientTelemetryExporterPlugin receivers = new ClientTelemetryExporterPlugin();
        for (MetricsReporter reporter : reporters) {
            if (reporter instanceof ClientTelemetryExporterProvider provider
                    && provider.clientTelemetryExporter() != null) {
                receivers.add(provider.clientTelemetryExporter());
            } else if (reporter instanceof ClientTelemetry receiver && receiver.clientReceiver() != null) {
                receivers.add(receiver.clientReceiver());
            }
        }
        manager = new ClientMetricsManager(
                receivers, settings.getInt(MetricConfigs.CLIENT_TELEMETRY_MAX_BYTES_CONFIG), time, metrics);
    }

    ClientMetricsManager manager() {
        return manager;
    }

    void close() {
        Utils.closeQuietly(manager, "client telemetry");
        reporters.forEach(MetricsReporter::close);
        metrics.close();
    }
}
