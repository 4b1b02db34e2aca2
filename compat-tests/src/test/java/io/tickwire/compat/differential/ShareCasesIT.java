package io.tickwire.compat.differential;

import static io.tickwire.compat.differential.ShareSteps.EXPLICIT;
import static io.tickwire.compat.differential.ShareSteps.isAllAcknowledged;
import static io.tickwire.compat.differential.ShareSteps.member;
import static io.tickwire.compat.differential.ShareSteps.poll;
import static io.tickwire.compat.differential.ShareSteps.prepare;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Share groups: who is given which record, and how often. */
@Execution(ExecutionMode.CONCURRENT)
class ShareCasesIT {

    @TestFactory
    Stream<DynamicTest> shareGroups() {
        List<Case> cases = new ArrayList<>(List.of(
                Case.of("implicit acknowledgement", probe -> {
                    prepare(probe, Map.of(), 10);
                    KafkaShareConsumer<String, String> consumer = member(probe, Map.of());
                    probe.saw("read", poll(consumer, 10, null));
                    probe.saw(
                            "commit",
                            consumer.commitSync().values().stream()
                                    .map(Object::toString)
                                    .toList());
                    probe.saw(
                            "nothing more",
                            consumer.poll(Duration.ofMillis(500)).count());
                }),
                Case.of("latest by default", probe -> {
                    prepare(probe, Map.of("share.auto.offset.reset", "latest"), 5);
                    KafkaShareConsumer<String, String> consumer = member(probe, Map.of());
                    KafkaProducer<String, String> producer = probe.producer(Map.of());
                    Set<String> seen = new TreeSet<>();
                    // Where the end is counts when the group first looks, which a member cannot see.
                    probe.saw("read", Probe.eventually(() -> {
                        var _ = producer.send(new ProducerRecord<>(probe.topic(), 0, 1L, null, "new"));
                        consumer.poll(Duration.ofMillis(200)).forEach(record -> seen.add(record.value()));
                        return !seen.isEmpty();
                    }));
                    probe.saw("seen", seen);
                }),
                Case.of("delivery limit", probe -> {
                    prepare(probe, Map.of("share.delivery.count.limit", "2"), 1);
                    KafkaShareConsumer<String, String> consumer = member(probe, EXPLICIT);
                    probe.saw("first", poll(consumer, 1, AcknowledgeType.RELEASE));
                    probe.saw("second", poll(consumer, 1, AcknowledgeType.RELEASE));
                    probe.saw("third", consumer.poll(Duration.ofSeconds(1)).count());
                }),
                Case.of("two members share", probe -> {
                    prepare(probe, Map.of(), 0);
                    KafkaShareConsumer<String, String> first = member(probe, Map.of());
                    KafkaShareConsumer<String, String> second = member(probe, Map.of());
                    first.poll(Duration.ofSeconds(1));
                    second.poll(Duration.ofSeconds(1));
                    KafkaProducer<String, String> producer = probe.producer(Map.of());
                    List<String> seen = new ArrayList<>();
                    for (int i = 0; i < 20; i++) {
                        Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, 1L, null, "value " + i)));
                    }
                    Probe.eventually(() -> {
                        for (KafkaShareConsumer<String, String> member : List.of(first, second)) {
                            member.poll(Duration.ofMillis(100)).forEach(record -> seen.add(record.value()));
                        }
                        return seen.size() >= 20;
                    });
                    probe.saw("together, once each", seen.stream().distinct().count() + " of " + seen.size());
                }),
                Case.of("lock runs out", probe -> {
                    prepare(probe, Map.of("share.record.lock.duration.ms", "1000"), 1);
                    KafkaShareConsumer<String, String> first = member(probe, EXPLICIT);
                    probe.saw("first", poll(first, 1, null));
                    KafkaShareConsumer<String, String> second = member(probe, EXPLICIT);
                    probe.saw("second", poll(second, 1, AcknowledgeType.ACCEPT));
                }),
                Case.of("described", probe -> {
                    prepare(probe, Map.of(), 3);
                    KafkaShareConsumer<String, String> consumer = member(probe, Map.of("client.id", "sharer"));
                    probe.saw("read", poll(consumer, 3, null));
                    consumer.commitSync();
                    var group = Probe.get(probe.admin()
                                    .describeShareGroups(List.of(probe.name("share")))
                                    .all())
                            .get(probe.name("share"));
                    probe.saw(
                            "group",
                            group.groupState() + " "
                                    + group.members().stream()
                                            .map(m -> m.clientId())
                                            .toList());
                    probe.saw("all acknowledged", Probe.eventually(() -> isAllAcknowledged(probe)));
                    probe.attempt(
                            "delete",
                            () -> Probe.get(probe.admin()
                                    .deleteShareGroups(List.of(probe.name("share")))
                                    .all()));
                }),
                Case.of("acknowledge without record", probe -> {
                    prepare(probe, Map.of(), 1);
                    KafkaShareConsumer<String, String> consumer = member(probe, EXPLICIT);
                    probe.attempt(
                            "acknowledge",
                            () -> consumer.acknowledge(
                                    new ConsumerRecord<>(probe.topic(), 0, 0, null, "x"), AcknowledgeType.ACCEPT));
                })));
        for (AcknowledgeType type : List.of(AcknowledgeType.ACCEPT, AcknowledgeType.RELEASE, AcknowledgeType.REJECT)) {
            cases.add(Case.of("acknowledged with " + type, probe -> {
                prepare(probe, Map.of(), 4);
                KafkaShareConsumer<String, String> consumer = member(probe, EXPLICIT);
                probe.saw("read", poll(consumer, 4, type));
                probe.saw(
                        "commit",
                        consumer.commitSync().values().stream()
                                .map(Object::toString)
                                .toList());
                if (type == AcknowledgeType.RELEASE) {
                    probe.saw("again", poll(consumer, 4, AcknowledgeType.ACCEPT));
                } else {
                    probe.saw("again", consumer.poll(Duration.ofMillis(500)).count());
                }
            }));
        }
        return Differential.tests("share groups", cases);
    }
}
