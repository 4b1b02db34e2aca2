package io.tickwire.compat.differential;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DeleteTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaAlteration.Op;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import org.apache.kafka.common.requests.MetadataRequest;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Client quotas in force: who is throttled, in which unit, and what is refused. Each case limits its own client only. */
@Execution(ExecutionMode.CONCURRENT)
class QuotaCasesIT {

    private static final String VALUE = "v".repeat(1_000);

    private static final int ROUNDS = 10;

    /** Who a quota is for; both are this case's client. */
    private enum By {
        CLIENT_ID,
        USER_AND_CLIENT_ID
    }

    private static String client(Probe probe) {
        return probe.name("client");
    }

    private static ClientQuotaEntity entity(Probe probe, By by) {
        Map<String, String> names = new HashMap<>();
        names.put(ClientQuotaEntity.CLIENT_ID, client(probe));
        if (by == By.USER_AND_CLIENT_ID) {
            names.put(ClientQuotaEntity.USER, "ANONYMOUS");
        }
        return new ClientQuotaEntity(names);
    }

    private static void set(Probe probe, By by, String quota, Double limit) throws Exception {
        Probe.get(probe.admin()
                .alterClientQuotas(List.of(new ClientQuotaAlteration(entity(probe, by), List.of(new Op(quota, limit)))))
                .all());
        ClientQuotaFilter filter = ClientQuotaFilter.contains(
                List.of(ClientQuotaFilterComponent.ofEntity(ClientQuotaEntity.CLIENT_ID, client(probe))));
        probe.saw("described", Probe.eventually(() -> {
            try {
                Map<ClientQuotaEntity, Map<String, Double>> set =
                        Probe.get(probe.admin().describeClientQuotas(filter).entities());
                return limit == null
                        ? set.isEmpty()
                        : set.values().stream().anyMatch(all -> limit.equals(all.get(quota)));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }));
    }

    private static boolean throttled(Map<MetricName, ? extends Metric> metrics, String name) {
        return metrics.entrySet().stream()
                .anyMatch(entry -> entry.getKey().name().equals(name)
                        && entry.getValue().metricValue() instanceof Double longest
                        && longest > 0);
    }

    @TestFactory
    Stream<DynamicTest> quotas() {
        List<Case> cases = new ArrayList<>();
        for (By by : By.values()) {
            cases.add(Case.of("producer by " + by, probe -> produced(probe, by)));
            cases.add(Case.of("consumer by " + by, probe -> consumed(probe, by)));
            cases.add(Case.of("request time by " + by, probe -> asked(probe, by)));
        }
        cases.add(Case.of("changes", QuotaCasesIT::changed));
        cases.add(Case.of("changes of older requests only wait", QuotaCasesIT::changedBefore));
        cases.add(Case.of("others are not throttled", QuotaCasesIT::others));
        return Differential.tests("quotas", cases);
    }

    private static KafkaProducer<String, String> producer(Probe probe, String clientId) {
        return probe.producer(Map.of("client.id", clientId, "batch.size", 0, "acks", "1"));
    }

    private static void send(Probe probe, KafkaProducer<String, String> producer, int count) throws Exception {
        List<Future<?>> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sent.add(producer.send(new ProducerRecord<>(probe.topic(), 0, 1L, null, VALUE)));
        }
        for (Future<?> one : sent) {
            Probe.get(one);
        }
    }

    private static void produced(Probe probe, By by) throws Exception {
        probe.createTopic(1, Map.of());
        set(probe, by, "producer_byte_rate", 10_000.0);
        KafkaProducer<String, String> producer = producer(probe, client(probe));
        send(probe, producer, 50);
        probe.saw("throttled within the rate", throttled(producer.metrics(), "produce-throttle-time-max"));
        probe.saw("throttled above it", above(() -> {
            send(probe, producer, 20);
            return throttled(producer.metrics(), "produce-throttle-time-max");
        }));
        set(probe, by, "producer_byte_rate", null);
        KafkaProducer<String, String> another = producer(probe, client(probe));
        send(probe, another, 150);
        probe.saw("throttled without", throttled(another.metrics(), "produce-throttle-time-max"));
    }

    private static void consumed(Probe probe, By by) throws Exception {
        probe.createTopic(1, Map.of());
        send(probe, producer(probe, probe.name("free")), 106);
        set(probe, by, "consumer_byte_rate", 10_000.0);
        KafkaConsumer<String, String> consumer = probe.consumer(
                Map.of("client.id", client(probe), "max.partition.fetch.bytes", 30_000, "fetch.max.bytes", 30_000));
        consumer.assign(List.of(probe.partition(0)));
        probe.saw("throttled", above(() -> {
            consumer.seekToBeginning(List.of(probe.partition(0)));
            Probe.poll(consumer, 106);
            return throttled(consumer.metrics(), "fetch-throttle-time-max");
        }));
    }

    /** Goes on until the client is throttled, a few times: a broker that stands still meanwhile has seen no high rate yet. */
    private static boolean above(Callable<Boolean> load) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            if (load.call()) {
                return true;
            }
        }
        return false;
    }

    private static void asked(Probe probe, By by) throws Exception {
        set(probe, by, "request_percentage", 0.000_1);
        try (WireClient wire = new WireClient(probe.target(), client(probe))) {
            MetadataRequest request = new MetadataRequest(new MetadataRequestData().setTopics(null), (short) 12);
            // A broker describes a quota a moment before it applies it.
            probe.saw("throttled", Probe.eventually(() -> isThrottled(wire, request)));
            probe.saw("then", wire.ask(request).throttleTimeMs());
        }
    }

    private static boolean isThrottled(WireClient wire, MetadataRequest request) {
        try {
            return wire.ask(request).throttleTimeMs() > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void changed(Probe probe) throws Exception {
        // Thirteen partitions are two minutes' changes ahead: what comes meanwhile is refused, however slow the broker.
        set(probe, By.CLIENT_ID, "controller_mutation_rate", 0.1);
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", probe.target().bootstrap(), "client.id", client(probe)))) {
            CreateTopicsOptions create = new CreateTopicsOptions().retryOnQuotaViolation(false);
            List<NewTopic> first = List.of(new NewTopic(probe.name("first"), 13, (short) 1));
            probe.attempt(
                    "create", () -> Probe.get(admin.createTopics(first, create).all()));
            List<NewTopic> second = List.of(new NewTopic(probe.name("second"), 1, (short) 1));
            probe.attempt(
                    "create more",
                    () -> Probe.get(admin.createTopics(second, create).all()));
            probe.attempt(
                    "grow",
                    () -> Probe.get(admin.createPartitions(
                                    Map.of(probe.name("first"), NewPartitions.increaseTo(14)),
                                    new CreatePartitionsOptions().retryOnQuotaViolation(false))
                            .all()));
            probe.attempt(
                    "delete",
                    () -> Probe.get(admin.deleteTopics(
                                    List.of(probe.name("first")),
                                    new DeleteTopicsOptions().retryOnQuotaViolation(false))
                            .all()));
        }
    }

    private static void changedBefore(Probe probe) throws Exception {
        set(probe, By.CLIENT_ID, "controller_mutation_rate", 1.0);
        try (WireClient wire = new WireClient(probe.target(), client(probe))) {
            for (String name : List.of("first", "second")) {
                var request = new CreateTopicsRequestData().setTimeoutMs(10_000);
                request.topics()
                        .add(new CreateTopicsRequestData.CreatableTopic()
                                .setName(probe.name(name))
                                .setNumPartitions(13)
                                .setReplicationFactor((short) 1));
                var answer = wire.ask(ApiKeys.CREATE_TOPICS, request, 5, CreateTopicsResponseData.class);
                probe.saw(name, answer.topics().find(probe.name(name)).errorCode());
                probe.saw(name + " throttled", answer.throttleTimeMs() > 0);
            }
        }
    }

    private static void others(Probe probe) throws Exception {
        probe.createTopic(1, Map.of());
        set(probe, By.CLIENT_ID, "producer_byte_rate", 1.0);
        KafkaProducer<String, String> free = producer(probe, probe.name("free"));
        send(probe, free, 50);
        probe.saw("throttled", throttled(free.metrics(), "produce-throttle-time-max"));
    }
}
