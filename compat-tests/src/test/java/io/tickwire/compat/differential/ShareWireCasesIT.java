package io.tickwire.compat.differential;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchPartition;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchTopic;
import org.apache.kafka.common.message.ShareFetchRequestData.ForgottenTopic;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Share groups request by request: which offsets a member is given, at which delivery, and what is refused. */
@Execution(ExecutionMode.CONCURRENT)
class ShareWireCasesIT {
    private static final int GAP = 0;
    private static final int ACCEPT = 1;
    private static final int RELEASE = 2;
    private static final int REJECT = 3;
    private static final int RENEW = 4;
    private static final int LATEST = 2;

    private final List<Case> cases = new ArrayList<>();

    private void at(String name, Case.Body body) {
        cases.add(Case.of(name, body));
    }

    /** A topic with batches of so many records each, and a group that starts at its beginning. */
    private static void prepare(Probe probe, Map<String, String> groupConfigs, int... counts) throws Exception {
        probe.createTopic(1, Map.of());
        Map<String, String> configs = new HashMap<>(Map.of("share.auto.offset.reset", "earliest"));
        configs.putAll(groupConfigs);
        ShareSteps.configure(probe, configs);
        ShareWire.produce(probe, 0, counts);
    }

    private static ShareWire member(Probe probe) throws Exception {
        return ShareWire.joined(probe, LATEST);
    }

    @TestFactory
    Stream<DynamicTest> shareWire() {
        acquisition();
        acknowledgement();
        refusals();
        unknownTopic();
        sessions();
        locks();
        logChanges();
        offsets();
        isolation();
        return Differential.tests("share wire", cases);
    }

    private void acquisition() {
        for (int version = 1; version <= LATEST; version++) {
            int used = version;
            at("acquired at version " + version, probe -> {
                prepare(probe, Map.of(), 3, 4);
                ShareWire member = ShareWire.joined(probe, used);
                probe.saw("opened", member.openIdle(0));
                probe.saw("fetched", member.fetchSomething());
                probe.saw("accepted", member.acknowledge(0, 6, ACCEPT));
                probe.saw("ended", member.end());
            });
        }
        at("cut at batches", probe -> {
            prepare(probe, Map.of(), 2, 2, 2, 3, 1);
            ShareWire member = member(probe);
            member.openIdle(0);
            probe.saw("size 3", member.fetch(request -> request.setBatchSize(3)));
        });
        at("more than wanted for a whole batch", probe -> {
            prepare(probe, Map.of(), 10, 10);
            ShareWire member = member(probe);
            member.openIdle(0);
            probe.saw("first", member.fetch(request -> request.setMaxRecords(4)));
            probe.saw("second", member.fetch(request -> request.setMaxRecords(4)));
            probe.saw("third", member.fetch(request -> request.setMaxRecords(4)));
        });
        at("record limit", probe -> {
            prepare(probe, Map.of(), 10, 10);
            ShareWire first = member(probe);
            ShareWire second = member(probe);
            first.openIdle(0);
            second.openIdle(0);
            for (int i = 0; i < 3; i++) {
                probe.saw("first", first.fetch(r -> r.setMaxRecords(4).setShareAcquireMode((byte) 1)));
                probe.saw("second", second.fetch(r -> r.setMaxRecords(3).setShareAcquireMode((byte) 1)));
            }
            probe.saw("first accepts", first.acknowledge(0, 3, ACCEPT));
            probe.saw("second may not", second.acknowledge(0, 3, ACCEPT));
        });
        at("bytes limit", probe -> {
            prepare(probe, Map.of(), 5, 5, 5);
            ShareWire member = member(probe);
            member.openIdle(0);
            probe.saw("one byte", member.fetch(request -> request.setMaxBytes(1)));
            probe.saw("no bytes", member.fetch(request -> request.setMaxBytes(0)));
            probe.saw("many bytes", member.fetch());
        });
        at("locks limit", probe -> {
            prepare(probe, Map.of("share.partition.max.record.locks", "100"), 60, 60, 60);
            ShareWire member = member(probe);
            member.openIdle(0);
            probe.saw("first", member.fetch(request -> request.setMaxRecords(50)));
            probe.saw("second", member.fetch(request -> request.setMaxRecords(50)));
            probe.saw("full", member.fetch());
            probe.saw("accepted", member.acknowledge(0, 59, ACCEPT));
            probe.saw("third", member.fetchSomething());
        });
        at("partitions share the limit", probe -> {
            probe.createTopic(3, Map.of());
            ShareSteps.configure(probe, Map.of("share.auto.offset.reset", "earliest"));
            ShareWire member = member(probe);
            // All are loaded when there is something to fetch.
            member.open(0, 1, 2);
            for (int i = 0; i < 3; i++) {
                ShareWire.produce(probe, i, 4, 4);
            }
            for (int i = 0; i < 4; i++) {
                probe.saw("fetch " + i, member.fetch(request -> request.setMaxRecords(6)));
            }
        });
        at("completed by the append", probe -> {
            prepare(probe, Map.of());
            ShareWire member = member(probe);
            probe.saw("nothing", member.open(0));
            CompletableFuture<String> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    return member.fetch(request -> request.setMaxWaitMs(20_000));
                } catch (Exception e) {
                    return e.toString();
                }
            });
            Thread.sleep(200);
            probe.saw("waits", !waiting.isDone());
            ShareWire.produce(probe, 0, 2);
            probe.saw("fetched", Probe.get(waiting));
        });
    }

    private void acknowledgement() {
        at("each type", probe -> {
            prepare(probe, Map.of(), 6);
            ShareWire member = member(probe);
            member.openIdle(0);
            member.fetchSomething();
            probe.saw("mixed", member.acknowledge(0, 5, ACCEPT, RELEASE, REJECT, GAP, RELEASE, ACCEPT));
            probe.saw("released again", member.fetchSomething());
            probe.saw("accepted", member.acknowledge(1, 1, ACCEPT));
            probe.saw("rejected", member.acknowledge(4, 4, REJECT));
            probe.saw("nothing left", member.fetch());
        });
        at("with the fetch", probe -> {
            prepare(probe, Map.of(), 4, 4);
            ShareWire member = member(probe);
            member.openIdle(0);
            probe.saw("first", member.fetch(request -> request.setMaxRecords(1)));
            probe.saw(
                    "second",
                    member.fetch(member.acknowledging(0, 0, 3, ACCEPT).andThen(request -> request.setMaxRecords(1))));
            probe.saw("only acknowledged", member.fetch(member.acknowledging(0, 4, 7, ACCEPT)));
            probe.saw("refused", member.fetch(member.acknowledging(0, 20, 30, ACCEPT)));
        });
        at("ended with acknowledgements", probe -> {
            prepare(probe, Map.of(), 4);
            ShareWire member = member(probe);
            member.openIdle(0);
            member.fetchSomething();
            probe.saw(
                    "ended",
                    member.fetch(member.acknowledging(0, 0, 1, ACCEPT)
                            .andThen(request -> request.setShareSessionEpoch(-1))));
            ShareWire other = member(probe);
            other.openIdle(0);
            probe.saw("other", other.fetchSomething());
        });
        at("delivery limit of five", probe -> {
            prepare(probe, Map.of(), 8);
            ShareWire member = member(probe);
            member.openIdle(0);
            for (int i = 1; i <= 3; i++) {
                probe.saw("delivery " + i, member.fetchSomething());
                probe.saw("released", member.acknowledge(0, 7, RELEASE));
            }
            probe.saw("half", member.fetchSomething());
            probe.saw("other half", member.fetchSomething());
            probe.saw("released", member.acknowledge(0, 3, RELEASE));
            for (int i = 0; i < 4; i++) {
                probe.saw("alone", member.fetchSomething());
                probe.saw("released", member.acknowledge(i, i, RELEASE));
            }
            probe.saw("nothing left", member.fetch());
        });
        at("delivery limit lowered", probe -> {
            prepare(probe, Map.of("share.delivery.count.limit", "4"), 2);
            ShareWire member = member(probe);
            member.openIdle(0);
            member.fetchSomething();
            probe.saw("released", member.acknowledge(0, 1, RELEASE));
            probe.saw("second", member.fetchSomething());
            ShareSteps.configure(probe, Map.of("share.delivery.count.limit", "2"));
            probe.saw("released", member.acknowledge(0, 1, RELEASE));
            probe.saw("nothing left", member.fetch());
        });
        at("twice", probe -> {
            prepare(probe, Map.of(), 4);
            ShareWire member = member(probe);
            member.openIdle(0);
            member.fetchSomething();
            probe.saw("first", member.acknowledge(1, 2, ACCEPT));
            probe.saw("again", member.acknowledge(1, 2, ACCEPT));
            probe.saw("others", member.acknowledge(0, 0, ACCEPT));
            probe.saw("below the start", member.acknowledge(0, 2, ACCEPT));
            probe.saw("last", member.acknowledge(3, 3, ACCEPT));
            probe.saw("all below the start", member.acknowledge(0, 3, ACCEPT));
        });
    }

    private void refusals() {
        at("not acquired", probe -> {
            prepare(probe, Map.of(), 4);
            ShareWire member = member(probe);
            member.openIdle(0);
            probe.saw("nothing acquired", member.acknowledge(0, 3, ACCEPT));
            member.fetchSomething();
            probe.saw("too far", member.acknowledge(2, 9, ACCEPT));
            probe.saw("behind", member.acknowledge(20, 21, ACCEPT));
            ShareWire other = member(probe);
            other.openIdle(0);
            other.fetchSomething();
            probe.saw("another's", other.acknowledge(0, 3, ACCEPT));
            probe.saw("its own", member.acknowledge(0, 3, ACCEPT));
        });
        at("types and ranges", probe -> {
            prepare(probe, Map.of(), 6);
            ShareWire member = member(probe);
            member.openIdle(0);
            member.fetchSomething();
            probe.saw("type 5", member.acknowledge(0, 5, 5));
            probe.saw("type -1", member.acknowledge(0, 5, -1));
            probe.saw("renew without saying so", member.acknowledge(0, 5, RENEW));
            probe.saw("no type", member.acknowledge(0, 5));
            probe.saw("too few types", member.acknowledge(0, 5, ACCEPT, ACCEPT));
            probe.saw("backwards", member.acknowledge(5, 0, ACCEPT));
            probe.saw("overlapping", member.acknowledge(r -> {}, new long[][] {{0, 3}, {2, 5}}, ACCEPT));
            probe.saw("out of order", member.acknowledge(r -> {}, new long[][] {{4, 5}, {0, 1}}, ACCEPT));
            probe.saw("nothing", member.acknowledge(r -> {}, new long[][] {}, ACCEPT));
            probe.saw("right", member.acknowledge(r -> {}, new long[][] {{0, 1}, {2, 5}}, ACCEPT));
        });
        at("renew at version 1", probe -> {
            prepare(probe, Map.of(), 2);
            ShareWire member = ShareWire.joined(probe, 1);
            member.openIdle(0);
            member.fetchSomething();
            probe.saw("type 4", member.acknowledge(0, 1, RENEW));
        });
        at("ids", probe -> {
            prepare(probe, Map.of(), 2);
            ShareWire member = member(probe);
            probe.saw("no group", member.open(request -> request.setGroupId(null), 0));
            probe.saw("empty group", member.open(request -> request.setGroupId(""), 0));
            probe.saw(
                    "unknown group",
                    member.fetch(request -> request.setGroupId("nobody's").setShareSessionEpoch(1)));
            probe.saw("no member", member.open(request -> request.setMemberId(null), 0));
            probe.saw("empty member", member.open(request -> request.setMemberId(""), 0));
            probe.saw("long member", member.open(request -> request.setMemberId("x".repeat(37)), 0));
            probe.saw("no group acknowledges", member.acknowledge(r -> r.setGroupId(null), 0, 1, ACCEPT));
            probe.saw("long member acknowledges", member.acknowledge(r -> r.setMemberId("x".repeat(37)), 0, 1, 1));
        });
        at("unknown partition", probe -> {
            prepare(probe, Map.of(), 2);
            ShareWire member = member(probe);
            probe.saw("partition", member.open(9));
            probe.saw("partition again", member.fetch());
            probe.saw(
                    "acknowledged partition",
                    member.acknowledge(
                            request -> request.topics()
                                    .iterator()
                                    .next()
                                    .partitions()
                                    .forEach(p -> p.setPartitionIndex(9)),
                            0,
                            1,
                            ACCEPT));
        });
    }

    private void unknownTopic() {
        at("unknown topic", probe -> {
            prepare(probe, Map.of(), 2);
            ShareWire member = member(probe);
            member.openIdle(0);
            FetchTopic unknown = new FetchTopic().setTopicId(new Uuid(4, 4));
            unknown.partitions().add(new FetchPartition().setPartitionIndex(0));
            probe.saw("topic", member.fetch(request -> request.topics().add(unknown)));
        });
    }

    private void sessions() {
        at("epochs", probe -> {
            prepare(probe, Map.of(), 4);
            ShareWire member = member(probe);
            probe.saw("none", member.fetch(request -> request.setShareSessionEpoch(3)));
            probe.saw("end of none", member.end());
            probe.saw("acknowledged in none", member.acknowledge(r -> r.setShareSessionEpoch(1), 0, 1, ACCEPT));
            probe.saw("acknowledged at 0", member.acknowledge(r -> r.setShareSessionEpoch(0), 0, 1, ACCEPT));
            probe.saw("opened with acknowledgement", member.fetch(member.acknowledging(0, 0, 1, ACCEPT)));
            member.openIdle(0);
            probe.saw("too early", member.fetch(request -> request.setShareSessionEpoch(7)));
            probe.saw("acknowledged too early", member.acknowledge(r -> r.setShareSessionEpoch(7), 0, 1, ACCEPT));
            probe.saw("right", member.fetchSomething());
            probe.saw("opened again", member.open(0));
            probe.saw("still its own", member.acknowledge(0, 3, ACCEPT));
            probe.saw("ended by acknowledgement", member.acknowledge(r -> r.setShareSessionEpoch(-1), 0, 3, ACCEPT));
            probe.saw("over", member.fetch());
        });
        at("released at the end", probe -> {
            prepare(probe, Map.of(), 4);
            ShareWire first = member(probe);
            first.openIdle(0);
            first.fetchSomething();
            probe.saw("first", first.acknowledge(0, 0, ACCEPT));
            probe.saw("ended", first.end());
            ShareWire second = member(probe);
            second.openIdle(0);
            probe.saw("second", second.fetchSomething());
        });
        at("released with the connection", probe -> {
            prepare(probe, Map.of(), 4);
            ShareWire second = member(probe);
            second.openIdle(0);
            ShareWire first = member(probe);
            first.openIdle(0);
            probe.saw("first", first.fetchSomething());
            first.close();
            probe.saw("second", second.fetchSomething());
        });
        at("forgotten and added", probe -> {
            probe.createTopic(2, Map.of());
            ShareSteps.configure(probe, Map.of("share.auto.offset.reset", "earliest"));
            ShareWire.produce(probe, 0, 2);
            ShareWire.produce(probe, 1, 3);
            ShareWire member = member(probe);
            member.openIdle(0);
            probe.saw("one", member.fetchSomething());
            FetchTopic added = new FetchTopic().setTopicId(member.topicId());
            added.partitions().add(new FetchPartition().setPartitionIndex(1));
            ForgottenTopic forgotten =
                    new ForgottenTopic().setTopicId(member.topicId()).setPartitions(List.of(0));
            ShareWire.produce(probe, 0, 5);
            member.fetch(request -> {
                request.setMaxRecords(0).topics().add(added.duplicate());
                request.forgottenTopicsData().add(forgotten);
            });
            probe.saw("other", member.fetchSomething());
            probe.saw("none", member.fetch());
        });
        at("released when the member ends after forgetting", probe -> {
            prepare(probe, Map.of("share.record.lock.duration.ms", "1500"), 2);
            ShareWire member = member(probe);
            member.openIdle(0);
            member.fetchSomething();
            ForgottenTopic forgotten =
                    new ForgottenTopic().setTopicId(member.topicId()).setPartitions(List.of(0));
            member.fetch(request -> request.forgottenTopicsData().add(forgotten));
            member.end();
            ShareWire other = member(probe);
            other.openIdle(0);
            probe.saw("by the lock only", other.fetchSomething());
        });
    }

    private void locks() {
        at("lock runs out", probe -> {
            prepare(probe, Map.of("share.record.lock.duration.ms", "5000"), 4);
            ShareWire first = member(probe);
            first.openIdle(0);
            first.fetchSomething();
            probe.saw("one in time", first.acknowledge(1, 1, ACCEPT));
            ShareWire second = member(probe);
            second.openIdle(0);
            // Kafka ends the locks one by one, and a fetch that waits gets the first of them.
            Thread.sleep(7_000);
            probe.saw("the others", second.fetchSomething());
            probe.saw("too late", first.acknowledge(0, 0, ACCEPT));
        });
        at("lock renewed", probe -> {
            prepare(probe, Map.of("share.record.lock.duration.ms", "6000"), 2);
            ShareWire first = member(probe);
            first.openIdle(0);
            first.fetchSomething();
            ShareWire second = member(probe);
            second.openIdle(0);
            for (int i = 0; i < 4; i++) {
                Thread.sleep(2_000);
                probe.saw("renewed", first.acknowledge(r -> r.setIsRenewAck(true), 0, 0, RENEW));
            }
            probe.saw("the other", second.fetchSomething());
            probe.saw("in time", first.acknowledge(0, 0, ACCEPT));
        });
        at("renewed with a fetch", probe -> {
            prepare(probe, Map.of(), 2, 2);
            ShareWire member = member(probe);
            member.openIdle(0);
            member.fetch(request -> request.setMaxRecords(1));
            probe.saw(
                    "renewed", member.fetch(member.acknowledging(0, 0, 1, RENEW).andThen(ShareWire::renews)));
            probe.saw(
                    "wants records too",
                    member.fetch(member.acknowledging(0, 0, 1, RENEW).andThen(request -> request.setIsRenewAck(true))));
            probe.saw(
                    "accepts as well",
                    member.fetch(member.acknowledging(0, 0, 0, RENEW)
                            .andThen(member.acknowledging(0, 1, 1, ACCEPT))
                            .andThen(ShareWire::renews)));
        });
        at("renewal forbidden", probe -> {
            prepare(probe, Map.of("share.renew.acknowledge.enable", "false"), 2);
            ShareWire member = member(probe);
            member.openIdle(0);
            member.fetchSomething();
            probe.saw("renewed", member.acknowledge(r -> r.setIsRenewAck(true), 0, 1, RENEW));
            probe.saw("accepted", member.acknowledge(0, 1, ACCEPT));
        });
    }

    private void logChanges() {
        at("records deleted", probe -> {
            prepare(probe, Map.of(), 4, 4, 4);
            ShareWire member = member(probe);
            member.openIdle(0);
            probe.saw("first", member.fetch(request -> request.setMaxRecords(1)));
            Probe.get(probe.admin()
                    .deleteRecords(Map.of(probe.partition(0), RecordsToDelete.beforeOffset(6)))
                    .all());
            probe.saw("behind", member.fetchSomething());
            probe.saw("deleted", member.acknowledge(0, 3, ACCEPT));
            probe.saw("others", member.acknowledge(8, 11, ACCEPT));
        });
        at("released records deleted", probe -> {
            prepare(probe, Map.of(), 4, 4);
            ShareWire member = member(probe);
            member.openIdle(0);
            member.fetchSomething();
            probe.saw("released", member.acknowledge(0, 7, RELEASE));
            Probe.get(probe.admin()
                    .deleteRecords(Map.of(probe.partition(0), RecordsToDelete.beforeOffset(5)))
                    .all());
            probe.saw("left", member.fetchSomething());
            probe.saw("accepted", member.acknowledge(5, 7, ACCEPT));
            ShareWire.produce(probe, 0, 1);
            probe.saw("next", member.fetchSomething());
        });
        at("topic deleted", probe -> {
            prepare(probe, Map.of(), 4);
            ShareWire member = member(probe);
            member.openIdle(0);
            member.fetchSomething();
            Probe.get(probe.admin().deleteTopics(List.of(probe.topic())).all());
            Probe.eventually(() -> {
                try {
                    return !Probe.get(probe.admin().listTopics().names()).contains(probe.topic());
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            probe.saw("gone", member.fetch());
            probe.saw("acknowledged", member.acknowledge(0, 3, ACCEPT));
        });
    }

    private void offsets() {
        at("reset by the admin", probe -> {
            prepare(probe, Map.of(), 4, 4);
            ShareWire member = member(probe);
            member.openIdle(0);
            member.fetchSomething();
            probe.saw("accepted", member.acknowledge(0, 7, ACCEPT));
            probe.attempt("while it is in use", () -> alter(probe, 2));
            member.end();
            member.leave();
            member.close();
            probe.attempt("when it is empty", () -> alter(probe, 2));
            probe.saw("offset", startOffset(probe));
            ShareWire other = member(probe);
            other.openIdle(0);
            probe.saw("from there", other.fetchSomething());
            probe.saw("accepted", other.acknowledge(2, 7, ACCEPT));
        });
        at("deleted by the admin", probe -> {
            prepare(probe, Map.of(), 4);
            ShareWire member = member(probe);
            member.openIdle(0);
            member.fetchSomething();
            probe.saw("accepted", member.acknowledge(0, 3, ACCEPT));
            String group = probe.name("share");
            var topics = java.util.Set.of(probe.topic());
            probe.attempt(
                    "while it is in use",
                    () -> Probe.get(
                            probe.admin().deleteShareGroupOffsets(group, topics).all()));
            member.end();
            member.leave();
            member.close();
            probe.attempt(
                    "when it is empty",
                    () -> Probe.get(
                            probe.admin().deleteShareGroupOffsets(group, topics).all()));
            ShareWire other = member(probe);
            other.openIdle(0);
            probe.saw("from the start", other.fetchSomething());
        });
        at("group deleted", probe -> {
            prepare(probe, Map.of(), 4);
            ShareWire member = member(probe);
            member.openIdle(0);
            member.fetchSomething();
            probe.saw("accepted", member.acknowledge(0, 3, ACCEPT));
            String group = probe.name("share");
            probe.attempt(
                    "while it is in use",
                    () -> Probe.get(
                            probe.admin().deleteShareGroups(List.of(group)).all()));
            member.end();
            member.leave();
            member.close();
            probe.attempt(
                    "when it is empty",
                    () -> Probe.get(
                            probe.admin().deleteShareGroups(List.of(group)).all()));
            ShareWire other = member(probe);
            other.openIdle(0);
            probe.saw("from the start", other.fetchSomething());
        });
        at("described", probe -> {
            prepare(probe, Map.of(), 4, 4);
            ShareWire member = member(probe);
            probe.saw("before", startOffset(probe));
            member.openIdle(0);
            member.fetch(request -> request.setMaxRecords(1));
            probe.saw("acquired", startOffset(probe));
            probe.saw("accepted", member.acknowledge(0, 1, ACCEPT));
            probe.saw("some", startOffset(probe));
            probe.saw("accepted", member.acknowledge(2, 3, ACCEPT));
            probe.saw("all", startOffset(probe));
        });
        at("starts at the end", probe -> {
            prepare(probe, Map.of("share.auto.offset.reset", "latest"), 4);
            ShareWire member = member(probe);
            probe.saw("nothing", member.open(0));
            probe.saw("nothing", member.fetch());
            ShareWire.produce(probe, 0, 2);
            probe.saw("new", member.fetchSomething());
        });
        at("starts by age", probe -> {
            probe.createTopic(1, Map.of());
            ShareSteps.configure(probe, Map.of("share.auto.offset.reset", "by_duration:PT1H"));
            KafkaProducer<String, String> producer = probe.producer(Map.of());
            long nowMs = System.currentTimeMillis();
            for (long ageMinutes : new long[] {180, 120, 30, 20}) {
                long timeMs = nowMs - Duration.ofMinutes(ageMinutes).toMillis();
                Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, timeMs, null, "old")));
            }
            ShareWire member = member(probe);
            member.openIdle(0);
            probe.saw("young ones", member.fetchSomething());
        });
        at("starts by age with nothing young", probe -> {
            prepare(probe, Map.of("share.auto.offset.reset", "by_duration:PT1H"), 2);
            ShareWire member = member(probe);
            member.openIdle(0);
            probe.saw("nothing", member.fetch());
        });
    }

    private static void alter(Probe probe, long offset) throws Exception {
        Probe.get(probe.admin()
                .alterShareGroupOffsets(probe.name("share"), Map.of(probe.partition(0), offset))
                .all());
    }

    private static String startOffset(Probe probe) throws Exception {
        String group = probe.name("share");
        var offset = Probe.get(probe.admin()
                        .listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec()))
                        .partitionsToOffsetInfo(group))
                .get(probe.partition(0));
        return offset == null ? "none" : offset.startOffset() + " lag " + offset.lag();
    }

    private void isolation() {
        for (String level : List.of("read_uncommitted", "read_committed")) {
            at("transactions " + level, probe -> {
                prepare(probe, Map.of("share.isolation.level", level));
                KafkaProducer<String, String> producer = probe.producer(Map.of("transactional.id", probe.name("tx")));
                producer.initTransactions();
                for (boolean commit : new boolean[] {true, false, true}) {
                    producer.beginTransaction();
                    for (int i = 0; i < 2; i++) {
                        Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, 1L, null, "x")));
                    }
                    if (commit) {
                        producer.commitTransaction();
                    } else {
                        producer.abortTransaction();
                    }
                }
                // The markers are there: three transactions of two records and one marker each.
                Probe.eventually(() -> endOffset(probe) == 9);
                producer.beginTransaction();
                Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, 1L, null, "open")));
                ShareWire member = member(probe);
                member.openIdle(0);
                probe.saw("fetched", member.fetchSomething());
                probe.saw("nothing more", member.fetch());
                producer.abortTransaction();
                Probe.eventually(() -> endOffset(probe) == 11);
                probe.saw("after the end", member.fetchSomething());
            });
        }
    }

    private static long endOffset(Probe probe) {
        try {
            return Probe.get(probe.admin()
                            .listOffsets(Map.of(probe.partition(0), OffsetSpec.latest()))
                            .all())
                    .get(probe.partition(0))
                    .offset();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
