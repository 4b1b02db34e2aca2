package io.tickwire.compat.differential;

import io.tickwire.compat.target.FaultyTarget;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The one broker of a cluster is unregistered: its topics have no leader then, and again one when it has started anew. */
final class Unregistration {

    static final String NAME = "unregistered";

    private Unregistration() {}

    /** Leaves the broker of no use to others. */
    static Differential.Seen observe(FaultyTarget target) {
        long start = System.currentTimeMillis();
        try (Probe probe = new Probe(target, "restart " + NAME)) {
            try {
                run(probe, target);
            } catch (Exception | AssertionError e) {
                probe.broken(e);
            }
            return new Differential.Seen(probe.lines(), System.currentTimeMillis() - start);
        }
    }

    private static void run(Probe probe, FaultyTarget target) throws Exception {
        Admin admin = probe.admin();
        probe.createTopic(1, Map.of());
        KafkaProducer<String, String> producer = probe.producer(Map.of());
        Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, 1L, null, "before")));
        int id = Probe.get(admin.describeCluster().nodes()).iterator().next().id();
        probe.attempt(
                "another broker", () -> Probe.get(admin.unregisterBroker(id + 1).all()));
        probe.attempt("the broker", () -> Probe.get(admin.unregisterBroker(id).all()));
        probe.saw("no broker is left", Probe.eventually(() -> brokers(admin) == 0));
        probe.saw("no leader", Probe.eventually(() -> !hasLeader(probe)));
        probe.attempt("a topic", () -> probe.createTopic(probe.name("other"), 1, Map.of()));
        target.kill();
        target.restart();
        probe.saw("the broker is back", Probe.eventually(() -> brokers(admin) == 1));
        probe.saw("and leads", Probe.eventually(() -> hasLeader(probe)));
        Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, 2L, null, "after")));
        probe.sawRecords("read", probe.readAll(2, Map.of(), probe.partition(0)));
    }

    private static int brokers(Admin admin) {
        try {
            return Probe.get(admin.describeCluster().nodes()).size();
        } catch (Exception e) {
            return -1;
        }
    }

    private static boolean hasLeader(Probe probe) {
        try {
            var leader = Probe.get(
                            probe.admin().describeTopics(List.of(probe.topic())).allTopicNames())
                    .get(probe.topic())
                    .partitions()
                    .getFirst()
                    .leader();
            return leader != null && !leader.isEmpty();
        } catch (Exception e) {
            return false;
        }
    }
}
