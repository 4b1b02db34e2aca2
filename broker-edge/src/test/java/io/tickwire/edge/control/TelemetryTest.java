package io.tickwire.edge.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.handler.ControlHandler;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsRequestData;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.message.PushTelemetryRequestData;
import org.apache.kafka.common.message.PushTelemetryResponseData;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.telemetry.ClientTelemetryExporter;
import org.apache.kafka.server.telemetry.ClientTelemetryExporterProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Client telemetry (KIP-714) through its requests. */
class TelemetryTest {
    @TempDir
    Path dataDir;

    /** A reporter as users write it, which keeps what clients push. */
    public static final class Receiver implements MetricsReporter, ClientTelemetryExporterProvider {
        private static final BlockingQueue<String> RECEIVED = new LinkedBlockingQueue<>();

        @Override
        public ClientTelemetryExporter clientTelemetryExporter() {
            return (context, payload) ->
                    RECEIVED.add(StandardCharsets.UTF_8.decode(payload.data()).toString());
        }

        @Override
        public void init(List<KafkaMetric> metrics) {}

        @Override
        public void metricChange(KafkaMetric metric) {}

        @Override
        public void metricRemoval(KafkaMetric metric) {}

        @Override
        public void close() {}

        @Override
        public void configure(Map<String, ?> configs) {}
    }

    private static GetTelemetrySubscriptionsResponseData ask(ControlPlaneHarness node) throws Exception {
        return node.call(
                ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS,
                0,
                new GetTelemetrySubscriptionsRequestData(),
                GetTelemetrySubscriptionsResponseData.class);
    }

    private static Errors push(ControlPlaneHarness node, Uuid client, int subscription) throws Exception {
        PushTelemetryRequestData request = new PushTelemetryRequestData()
                .setClientInstanceId(client)
                .setSubscriptionId(subscription)
                .setMetrics(ByteBuffer.wrap("metrics".getBytes(StandardCharsets.UTF_8)));
        return Errors.forCode(node.call(ApiKeys.PUSH_TELEMETRY, 0, request, PushTelemetryResponseData.class)
                .errorCode());
    }

    private static boolean isListed(ControlPlaneHarness node) {
        return node.plane().handlers().stream()
                .filter(handler -> handler.key() == ApiKeys.PUSH_TELEMETRY)
                .findFirst()
                .map(ControlHandler::isListed)
                .orElseThrow();
    }

    private static void subscribe(ControlPlaneHarness node) throws Exception {
        IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        IncrementalAlterConfigsRequestData.AlterConfigsResource resource =
                new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(ConfigResource.Type.CLIENT_METRICS.id())
                        .setResourceName("all");
        Map.of("metrics", "org.apache.kafka.producer.", "interval.ms", "1000")
                .forEach((name, value) -> resource.configs()
                        .add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                                .setName(name)
                                .setConfigOperation(AlterConfigOp.OpType.SET.id())
                                .setValue(value)));
        request.resources().add(resource);
        node.call(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, request, IncrementalAlterConfigsResponseData.class);
    }

    @Test
    void noReceiverAnswersButIsNotListed() throws Exception {
        try (ControlPlaneHarness node = new ControlPlaneHarness(dataDir, Map.of())) {
            assertFalse(isListed(node));
            GetTelemetrySubscriptionsResponseData answer = ask(node);
            assertEquals(Errors.NONE.code(), answer.errorCode());
            assertEquals(List.of(), answer.requestedMetrics());
            assertEquals(Errors.UNKNOWN_SUBSCRIPTION_ID, push(node, answer.clientInstanceId(), 77));
        }
    }

    @Test
    void subscriptionSetIsToldAndWhatIsPushedReachesTheReceiver() throws Exception {
        try (ControlPlaneHarness node =
                new ControlPlaneHarness(dataDir, Map.of("metric.reporters", Receiver.class.getName()))) {
            assertTrue(isListed(node));
            subscribe(node);
            ListConfigResourcesResponseData listed = node.call(
                    ApiKeys.LIST_CONFIG_RESOURCES,
                    0,
                    new ListConfigResourcesRequestData(),
                    ListConfigResourcesResponseData.class);
            assertEquals("all", listed.configResources().getFirst().resourceName());
            GetTelemetrySubscriptionsResponseData answer = ask(node);
            assertEquals(List.of("org.apache.kafka.producer."), answer.requestedMetrics());
            assertEquals(1000, answer.pushIntervalMs());
            assertEquals(Errors.NONE, push(node, answer.clientInstanceId(), answer.subscriptionId()));
            assertEquals("metrics", Receiver.RECEIVED.poll());
        }
    }
}
