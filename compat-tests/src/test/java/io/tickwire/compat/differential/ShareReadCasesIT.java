package io.tickwire.compat.differential;

import static io.tickwire.compat.differential.ShareSteps.EXPLICIT;
import static io.tickwire.compat.differential.ShareSteps.member;
import static io.tickwire.compat.differential.ShareSteps.poll;
import static io.tickwire.compat.differential.ShareSteps.prepare;
import static io.tickwire.compat.differential.ShareSteps.sawNothing;
import static io.tickwire.compat.differential.ShareSteps.some;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What share consumers are given: from where on, how much at once, of which transactions. */
@Execution(ExecutionMode.CONCURRENT)
class ShareReadCasesIT {

    private static final long HOUR_MS = 3_600_000;

    @TestFactory
    Stream<DynamicTest> starts() {
        return Differential.tests(
                "share starts",
                List.of(
                        Case.of("earliest", probe -> {
                            startsAt(probe, "earliest");
                        }),
                        Case.of("by duration", probe -> {
                            startsAt(probe, "by_duration:PT1H");
                        }),
                        Case.of("by no duration", probe -> refused(probe, "share.auto.offset.reset", "by_duration:1")),
                        Case.of(
                                "by negative duration",
                                probe -> refused(probe, "share.auto.offset.reset", "by_duration:-PT1H")),
                        Case.of("none", probe -> refused(probe, "share.auto.offset.reset", "none")),
                        Case.of("unknown isolation", probe -> refused(probe, "share.isolation.level", "serializable")),
                        Case.of("after deleted records", probe -> {
                            prepare(probe, Map.of(), 5);
                            Probe.get(probe.admin()
                                    .deleteRecords(Map.of(probe.partition(0), RecordsToDelete.beforeOffset(3)))
                                    .all());
                            probe.saw("read", poll(member(probe, Map.of()), 2, null));
                        })));
    }

    @TestFactory
    Stream<DynamicTest> limits() {
        return Differential.tests(
                "share limits",
                List.of(
                        Case.of("records of one batch", probe -> atMostTwo(probe, "batch_optimized")),
                        Case.of("records, counted", probe -> atMostTwo(probe, "record_limit")),
                        Case.of("unknown way to acquire", probe -> {
                            prepare(probe, Map.of(), 0);
                            probe.attempt("made", () -> member(probe, Map.of("share.acquire.mode", "none")));
                        })));
    }

    @TestFactory
    Stream<DynamicTest> records() {
        List<Case> cases = new ArrayList<>();
        for (String codec : List.of("gzip", "snappy", "lz4", "zstd")) {
            cases.add(Case.of("compressed with " + codec, probe -> {
                prepare(probe, Map.of(), 0);
                ShareSteps.produceBatch(probe, 20, Map.of("compression.type", codec));
                probe.saw("read", poll(member(probe, EXPLICIT), 20, AcknowledgeType.ACCEPT));
            }));
        }
        cases.add(Case.of("keys, nulls, headers and times", ShareReadCasesIT::wholeRecords));
        cases.add(Case.of("value that cannot be read", ShareReadCasesIT::unreadable));
        cases.add(Case.of("woken up", ShareReadCasesIT::wokenUp));
        cases.add(Case.of("no subscription", probe -> {
            KafkaShareConsumer<String, String> consumer = probe.shareConsumer(Map.of("group.id", probe.name("share")));
            probe.attempt("poll", () -> consumer.poll(Duration.ofMillis(200)));
        }));
        cases.add(Case.of("no group", probe -> {
            probe.attempt("made", () -> probe.shareConsumer(Map.of()));
            probe.attempt("empty", () -> probe.shareConsumer(Map.of("group.id", "")));
        }));
        cases.add(Case.of("closed", probe -> {
            prepare(probe, Map.of(), 0);
            KafkaShareConsumer<String, String> consumer = member(probe, Map.of());
            consumer.close();
            probe.attempt("poll", () -> consumer.poll(Duration.ofMillis(200)));
            probe.attempt("commit", consumer::commitSync);
        }));
        return Differential.tests("share records", cases);
    }

    @TestFactory
    Stream<DynamicTest> transactions() {
        return Differential.tests(
                "share transactions",
                List.of(
                        Case.of("committed ones", probe -> isolated(probe, "read_committed")),
                        Case.of("all", probe -> isolated(probe, "read_uncommitted")),
                        Case.of("open one", ShareReadCasesIT::open)));
    }

    private static void startsAt(Probe probe, String reset) throws Exception {
        prepare(probe, Map.of("share.auto.offset.reset", reset), 0);
        KafkaProducer<String, String> producer = probe.producer(Map.of());
        long now = System.currentTimeMillis();
        for (long age : new long[] {3 * HOUR_MS, 2 * HOUR_MS, 0}) {
            Probe.get(producer.send(
                    new ProducerRecord<>(probe.topic(), 0, now - age, null, age / HOUR_MS + " hours ago")));
        }
        probe.saw("read", poll(member(probe, Map.of()), reset.equals("earliest") ? 3 : 1, null));
    }

    private static void refused(Probe probe, String name, String value) {
        probe.attemptWithText("set", () -> ShareSteps.configure(probe, Map.of(name, value)));
    }

    private static void atMostTwo(Probe probe, String mode) throws Exception {
        prepare(probe, Map.of(), 0);
        ShareSteps.produceBatch(probe, 5, Map.of());
        KafkaShareConsumer<String, String> consumer =
                member(probe, Map.of("max.poll.records", 2, "share.acquire.mode", mode));
        List<Integer> sizes = new ArrayList<>();
        List<Long> offsets = new ArrayList<>();
        boolean _ = Probe.eventually(() -> {
            ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(300));
            if (!records.isEmpty()) {
                sizes.add(records.count());
                records.forEach(record -> offsets.add(record.offset()));
            }
            return offsets.size() >= 5;
        });
        probe.saw("sizes", sizes);
        probe.saw("offsets", offsets);
    }

    private static void wholeRecords(Probe probe) throws Exception {
        prepare(probe, Map.of(), 0);
        KafkaProducer<String, String> producer = probe.producer(Map.of());
        Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, (Long) 5L, "k", (String) null)));
        Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, 6L, null, "v")));
        Probe.get(producer.send(new ProducerRecord<>(
                probe.topic(),
                0,
                7L,
                "k",
                "v",
                List.of(new RecordHeader("a", "1".getBytes(StandardCharsets.UTF_8)), new RecordHeader("a", null)))));
        KafkaShareConsumer<String, String> consumer = member(probe, Map.of());
        List<ConsumerRecord<String, String>> seen = new ArrayList<>();
        boolean _ = Probe.eventually(() -> {
            consumer.poll(Duration.ofMillis(200)).forEach(seen::add);
            return seen.size() >= 3;
        });
        probe.sawRecords("read", seen);
    }

    private static void unreadable(Probe probe) throws Exception {
        prepare(probe, Map.of(), 1);
        KafkaShareConsumer<String, Integer> consumer = probe.track(new KafkaShareConsumer<>(
                Map.of("bootstrap.servers", probe.target().bootstrap(), "group.id", probe.name("share")),
                new StringDeserializer(),
                new IntegerDeserializer()));
        consumer.subscribe(List.of(probe.topic()));
        List<String> seen = new ArrayList<>();
        boolean _ = Probe.eventually(() -> {
            try {
                return !consumer.poll(Duration.ofMillis(200)).isEmpty();
            } catch (RuntimeException e) {
                seen.add(e.getClass().getSimpleName());
                return true;
            }
        });
        probe.saw("seen", seen);
    }

    private static void wokenUp(Probe probe) throws Exception {
        prepare(probe, Map.of(), 1);
        KafkaShareConsumer<String, String> consumer = member(probe, Map.of());
        consumer.wakeup();
        try {
            consumer.poll(Duration.ofSeconds(30));
            probe.saw("poll", "went on");
        } catch (WakeupException e) {
            probe.saw("poll", "woken up");
        }
        probe.saw("read", poll(consumer, 1, null));
    }

    private static void isolated(Probe probe, String level) throws Exception {
        prepare(probe, Map.of("share.isolation.level", level), 0);
        KafkaProducer<String, String> producer = probe.producer(Map.of("transactional.id", probe.name("tx")));
        producer.initTransactions();
        for (boolean commits : new boolean[] {false, true}) {
            producer.beginTransaction();
            Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, 1L, null, commits ? "kept" : "dropped")));
            if (commits) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
        }
        probe.saw("read", poll(member(probe, Map.of()), level.equals("read_committed") ? 1 : 2, null));
    }

    private static void open(Probe probe) throws Exception {
        prepare(probe, Map.of("share.isolation.level", "read_committed"), 1);
        KafkaProducer<String, String> producer = probe.producer(Map.of("transactional.id", probe.name("tx")));
        producer.initTransactions();
        producer.beginTransaction();
        Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, 1L, null, "in a transaction")));
        KafkaShareConsumer<String, String> consumer = member(probe, EXPLICIT);
        probe.saw("before", poll(consumer, 1, AcknowledgeType.ACCEPT));
        sawNothing(probe, "while it is open", consumer);
        producer.commitTransaction();
        List<ConsumerRecord<String, String>> records = some(consumer);
        probe.saw("then", records.getFirst().value());
    }
}
