package io.tickwire.compat.wire;

import io.tickwire.compat.target.Target;
import io.tickwire.compat.wire.WireCoverage.Form;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.DynamicTest;

/** The data plane's keys at every version: right requests, and wrong ones of which each is wrong in one thing. */
final class WireScripts {

    static final short FIRST_METADATA_WITHOUT_CREATION = 4;

    private static final short PRODUCE_BY_ID = 13;
    private static final short FETCH_BY_ID = 13;
    private static final short FIRST_FETCH_WITH_SESSIONS = 7;
    private static final short NAMED_PRODUCE = 12;

    private WireScripts() {}

    static Stream<DynamicTest> tests() {
        return Stream.of(
                        scripts(ApiKeys.PRODUCE, WireScripts::produce),
                        odd(ApiKeys.PRODUCE, WireScripts::withoutRecords),
                        scripts(ApiKeys.FETCH, WireScripts::fetch),
                        odd(ApiKeys.FETCH, WireScripts::oddFetch),
                        scripts(ApiKeys.LIST_OFFSETS, WireScripts::listOffsets),
                        scripts(ApiKeys.OFFSET_FOR_LEADER_EPOCH, WireScripts::leaderEpochs),
                        odd(
                                ApiKeys.OFFSET_FOR_LEADER_EPOCH,
                                script -> filled(script)
                                        .ask("asked -5", target -> leaderEpoch(script, new int[] {-1, -5}))),
                        scripts(ApiKeys.METADATA, WireScripts::metadata),
                        GroupScripts.tests(),
                        OffsetScripts.tests(),
                        TransactionScripts.tests(),
                        TopicScripts.tests(),
                        SettingsScripts.tests(),
                        ClusterScripts.tests(),
                        ShareScripts.tests(),
                        ShareStateScripts.tests(),
                        StreamsScripts.tests())
                .flatMap(Function.identity());
    }

    static Stream<DynamicTest> scripts(ApiKeys key, Function<Script, Script> fill) {
        return scripts("wire script", key, fill);
    }

    /** Requests that the brokers are known to answer differently: apart, so that nothing hides behind them. */
    private static Stream<DynamicTest> odd(ApiKeys key, Function<Script, Script> fill) {
        return scripts("wire odd script", key, fill);
    }

    private static Stream<DynamicTest> scripts(String suite, ApiKeys key, Function<Script, Script> fill) {
        return IntStream.rangeClosed(key.oldestVersion(), key.latestVersion(false))
                .mapToObj(version ->
                        fill.apply(new Script(suite, key, (short) version)).test());
    }

    // --- metadata ---

    private static Script metadata(Script script) {
        script.makeTopic(Map.of());
        Map<String, Form> names = new LinkedHashMap<>(
                Map.of("not a topic", Form.UNKNOWN, "", Form.VALUE, ".", Form.VALUE, "x".repeat(250), Form.OVERSIZED));
        if (script.version() >= FIRST_METADATA_WITHOUT_CREATION) {
            names.put("wire-none", Form.UNKNOWN);
        }
        script.valid("its topic", target -> metadata(script, script.topic()));
        names.forEach((name, form) -> script.ask(form, "'" + name + "'", target -> metadata(script, name)));
        return script.ask(
                Form.SIZE,
                "its topic twice, and another",
                target -> metadata(script, script.topic(), script.topic(), "not a topic"));
    }

    private static MetadataRequestData metadata(Script script, String... names) {
        return new MetadataRequestData()
                .setAllowAutoTopicCreation(script.version() < FIRST_METADATA_WITHOUT_CREATION)
                .setTopics(Arrays.stream(names)
                        .map(name -> new MetadataRequestData.MetadataRequestTopic().setName(name))
                        .toList());
    }

    // --- produce ---

    private static Script produce(Script script) {
        script.makeTopic(Map.of("max.message.bytes", "2000"));
        script.valid("two records", target -> produce(script, target, 1, 0, RecordBytes.plain(2)));
        batches()
                .forEach((form, batches) -> batches.forEach(
                        (what, batch) -> script.ask(form, what, target -> produce(script, target, 1, 0, batch.get()))));
        for (int acks : new int[] {-1, 2, -2}) {
            script.ask("acks " + acks, target -> produce(script, target, acks, 0, RecordBytes.plain(1)));
        }
        for (int partition : new int[] {1, -1}) {
            script.ask(
                    Form.SIZE,
                    "partition " + partition,
                    target -> produce(script, target, 1, partition, RecordBytes.plain(1)));
        }
        script.ask(Form.UNKNOWN, "unknown topic", target -> {
            ProduceRequestData data = produce(script, target, 1, 0, RecordBytes.plain(1));
            data.topicData()
                    .forEach(topic -> topic.setName(script.version() < PRODUCE_BY_ID ? "wire-none" : "")
                            .setTopicId(script.version() < PRODUCE_BY_ID ? Uuid.ZERO_UUID : new Uuid(7, 7)));
            return data;
        });
        script.ask(
                Form.SIZE,
                "no topic",
                target -> new ProduceRequestData().setAcks((short) 1).setTimeoutMs(1_000));
        script.ask("not acknowledged", target -> produce(script, target, 0, 0, RecordBytes.plain(1)));
        return script.askAlso("what is there", ApiKeys.FETCH, (short) 12, target -> fetchByName(script.topic(), 0, 0));
    }

    private static Script withoutRecords(Script script) {
        script.makeTopic(Map.of());
        return script.ask("null", target -> produce(script, target, 1, 0, null));
    }

    private static Map<Form, Map<String, Supplier<ByteBuffer>>> batches() {
        Map<Form, Map<String, Supplier<ByteBuffer>>> batches = new EnumMap<>(Form.class);
        batches.put(Form.VALUE, oddBatches());
        batches.put(Form.SIZE, wrongSizes());
        batches.put(Form.OVERSIZED, Map.of("too large", () -> RecordBytes.plain(100)));
        batches.put(Form.ORDER, sequences());
        batches.put(Form.EPOCH, epochs());
        return batches;
    }

    private static Map<String, Supplier<ByteBuffer>> oddBatches() {
        Map<String, Supplier<ByteBuffer>> batches = new LinkedHashMap<>();
        batches.put("three records", () -> RecordBytes.plain(3));
        batches.put("wrong CRC", () -> RecordBytes.withInt(RecordBytes.plain(1), RecordBytes.CRC, 7));
        for (int magic : new int[] {0, 1, 3, -1}) {
            batches.put("magic " + magic, () -> RecordBytes.withByte(RecordBytes.plain(1), RecordBytes.MAGIC, magic));
        }
        for (int attributes : new int[] {5, 7, 0x08, 0x10, 0x20, 0x40, 0x80, 0x7fff}) {
            batches.put(
                    "attributes " + attributes,
                    () -> RecordBytes.withShort(RecordBytes.plain(1), RecordBytes.ATTRIBUTES, attributes));
        }
        batches.put("base offset 9", () -> RecordBytes.withInt(RecordBytes.plain(1), RecordBytes.BASE_OFFSET + 4, 9));
        batches.put("leader epoch 9", () -> RecordBytes.withInt(RecordBytes.plain(1), RecordBytes.LEADER_EPOCH, 9));
        batches.put("two batches", () -> RecordBytes.twice(RecordBytes.plain(1)));
        batches.put("gzip", () -> RecordBytes.compressed(Compression.gzip().build()));
        batches.put("snappy", () -> RecordBytes.compressed(Compression.snappy().build()));
        batches.put("lz4", () -> RecordBytes.compressed(Compression.lz4().build()));
        batches.put("zstd", () -> RecordBytes.compressed(Compression.zstd().build()));
        return batches;
    }

    private static Map<String, Supplier<ByteBuffer>> wrongSizes() {
        Map<String, Supplier<ByteBuffer>> batches = new LinkedHashMap<>();
        for (int length : new int[] {-1, 0, 48, 49, 1_000_000}) {
            batches.put(
                    "batch of length " + length,
                    () -> RecordBytes.withInt(RecordBytes.plain(1), RecordBytes.LENGTH, length));
        }
        for (int count : new int[] {-1, 0, 1, 3, Integer.MAX_VALUE}) {
            batches.put(
                    "count " + count + " of 2",
                    () -> RecordBytes.withInt(RecordBytes.plain(2), RecordBytes.COUNT, count));
        }
        for (int delta : new int[] {-1, 0, 2, Integer.MAX_VALUE}) {
            batches.put(
                    "last offset delta " + delta + " of 2",
                    () -> RecordBytes.withInt(RecordBytes.plain(2), RecordBytes.LAST_OFFSET_DELTA, delta));
        }
        batches.put("cut by one", () -> RecordBytes.cut(RecordBytes.plain(1), 1));
        batches.put(
                "header only",
                () -> RecordBytes.cut(RecordBytes.plain(1), RecordBytes.plain(1).remaining() - 61));
        batches.put("twenty bytes", () -> ByteBuffer.allocate(20));
        batches.put("empty", () -> ByteBuffer.allocate(0));
        return batches;
    }

    /** Batches of producers that go on, repeat themselves, leave something out, or come with another epoch. */
    private static Map<String, Supplier<ByteBuffer>> sequences() {
        Map<String, Supplier<ByteBuffer>> batches = new LinkedHashMap<>();
        int[][] producers = {
            {1, 0}, {1, 0}, {1, 2}, {1, 2}, {1, 0}, {1, 1}, {1, 3}, {1, 9}, {0, 4}, {2, 4}, {2, 0}, {2, 0}, {1, 2},
            {2, 2}, {3, -1}, {-1, 0}, {-5, 3}
        };
        for (int i = 0; i < producers.length; i++) {
            int[] one = producers[i];
            batches.put(
                    i + ": producer epoch " + one[0] + " sequence " + one[1],
                    () -> RecordBytes.idempotent(9_000_000, one[0], one[1]));
        }
        batches.put("producer without a sequence", () -> RecordBytes.idempotent(9_000_001, 0, -1));
        batches.put("producer that starts at 5", () -> RecordBytes.idempotent(9_000_002, 0, 5));
        return batches;
    }

    /** A producer that comes with newer and older epochs. */
    private static Map<String, Supplier<ByteBuffer>> epochs() {
        Map<String, Supplier<ByteBuffer>> batches = new LinkedHashMap<>();
        for (int epoch : new int[] {5, 4, 6, 5, 0, Short.MAX_VALUE}) {
            batches.put(
                    batches.size() + ": producer epoch " + epoch, () -> RecordBytes.idempotent(9_000_003, epoch, 0));
        }
        return batches;
    }

    private static ProduceRequestData produce(
            Script script, Target target, int acks, int partition, ByteBuffer records) {
        var topic = new ProduceRequestData.TopicProduceData()
                .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                        .setIndex(partition)
                        .setRecords(records == null ? null : MemoryRecords.readableRecords(records))));
        if (script.version() < PRODUCE_BY_ID) {
            topic.setName(script.topic());
        } else {
            topic.setTopicId(script.topicId(target));
        }
        var topics = new ProduceRequestData.TopicProduceDataCollection();
        topics.add(topic);
        return new ProduceRequestData()
                .setAcks((short) acks)
                .setTimeoutMs(1_000)
                .setTopicData(topics);
    }

    /** A topic with three batches of two records each. */
    static Script filled(Script script) {
        return fill(script.makeTopic());
    }

    /** Fills a script's topic. */
    static Script fill(Script script) {
        for (int i = 0; i < 3; i++) {
            script.askAlso("fill", ApiKeys.PRODUCE, NAMED_PRODUCE, target -> {
                ProduceRequestData data =
                        produce(new Script("", ApiKeys.PRODUCE, NAMED_PRODUCE), target, 1, 0, RecordBytes.plain(2));
                data.topicData().forEach(topic -> topic.setName(script.topic()));
                return data;
            });
        }
        return script;
    }

    // --- fetch ---

    static FetchRequestData fetchByName(String topic, int partition, long offset) {
        return new FetchRequestData()
                .setMaxWaitMs(20)
                .setMinBytes(1)
                .setMaxBytes(1_000_000)
                .setSessionEpoch(-1)
                .setTopics(List.of(new FetchRequestData.FetchTopic()
                        .setTopic(topic)
                        .setPartitions(List.of(new FetchRequestData.FetchPartition()
                                .setPartition(partition)
                                .setFetchOffset(offset)
                                .setPartitionMaxBytes(1_000_000)))));
    }

    private static FetchRequestData fetch(Script script, Target target, int partition, long offset) {
        FetchRequestData data = fetchByName(script.topic(), partition, offset);
        if (script.version() >= FETCH_BY_ID) {
            data.topics().forEach(topic -> topic.setTopic("").setTopicId(script.topicId(target)));
        }
        return data;
    }

    private static Script fetch(Script script) {
        filled(script);
        script.valid("all", target -> fetch(script, target, 0, 0));
        for (long offset : new long[] {0, 1, 2, 5, 6, 7, -1, -2, Long.MAX_VALUE, Long.MIN_VALUE}) {
            script.ask("offset " + offset, target -> fetch(script, target, 0, offset));
        }
        for (int bytes : new int[] {0, 1, 100, 200}) {
            script.ask(
                    Form.SIZE,
                    "at most " + bytes,
                    target -> fetch(script, target, 0, 0).setMaxBytes(bytes));
            script.ask(Form.SIZE, "at most " + bytes + " of the partition", target -> {
                FetchRequestData data = fetch(script, target, 0, 0);
                data.topics().getFirst().partitions().getFirst().setPartitionMaxBytes(bytes);
                return data;
            });
        }
        for (int epoch : new int[] {0, 1, -2}) {
            script.ask(Form.EPOCH, "leader epoch " + epoch, target -> {
                FetchRequestData data = fetch(script, target, 0, 0);
                data.topics().getFirst().partitions().getFirst().setCurrentLeaderEpoch(epoch);
                return data;
            });
        }
        script.ask("isolation 1", target -> fetch(script, target, 0, 0).setIsolationLevel((byte) 1));
        script.ask(
                "at least more than there is",
                target -> fetch(script, target, 0, 0).setMinBytes(1_000_000));
        script.ask("negative wait", target -> fetch(script, target, 0, 6).setMaxWaitMs(-5));
        script.ask("new session", target -> fetch(script, target, 0, 0).setSessionEpoch(0));
        int[][] sessions = {{123_456, 1}, {123_456, 0}, {123_456, -1}, {0, 5}, {-7, 2}};
        for (int[] session : sessions) {
            script.ask(
                    Form.SESSION,
                    "session " + session[0] + " epoch " + session[1],
                    target ->
                            fetch(script, target, 0, 0).setSessionId(session[0]).setSessionEpoch(session[1]));
        }
        script.ask(Form.SIZE, "no topic", target -> fetch(script, target, 0, 0).setTopics(List.of()));
        return session(script);
    }

    /** A session of the script's own, in order and out of it. */
    private static Script session(Script script) {
        if (script.version() < FIRST_FETCH_WITH_SESSIONS) {
            return script;
        }
        script.valid(
                "its session begins",
                target -> fetch(script, target, 0, 0).setSessionEpoch(0),
                FetchResponseData.class,
                (memory, answer) -> memory.put("session", answer.sessionId()));
        script.valid("goes on", target -> goingOn(script, target, 1));
        for (int epoch : new int[] {1, 5, Integer.MAX_VALUE}) {
            script.ask(Form.SESSION, "epoch " + epoch, target -> goingOn(script, target, epoch));
        }
        script.valid("goes on at its epoch", target -> goingOn(script, target, 2));
        script.ask(Form.ORDER, "ends", target -> goingOn(script, target, -1));
        return script.ask(Form.SESSION, "goes on after its end", target -> goingOn(script, target, 3));
    }

    private static FetchRequestData goingOn(Script script, Target target, int epoch) {
        return fetch(script, target, 0, 0)
                .setTopics(List.of())
                .setSessionId((int) script.number(target, "session"))
                .setSessionEpoch(epoch);
    }

    private static Script oddFetch(Script script) {
        filled(script);
        for (int partition : new int[] {1, -1}) {
            script.ask("partition " + partition, target -> fetch(script, target, partition, 0));
        }
        script.ask("at most -1", target -> fetch(script, target, 0, 0).setMaxBytes(-1));
        for (int isolation : new int[] {2, -1}) {
            script.ask(
                    "isolation " + isolation,
                    target -> fetch(script, target, 0, 0).setIsolationLevel((byte) isolation));
        }
        return script;
    }

    // --- offsets ---

    private static Script listOffsets(Script script) {
        filled(script);
        script.valid("latest", target -> listOffsets(script, 0, -1, -1));
        for (long time : new long[] {-1, -2, -3, -4, -5, -6, -7, -100, 0, 1_000, 1_001, 1_002, Long.MAX_VALUE}) {
            script.ask("time " + time, target -> listOffsets(script, 0, time, -1));
        }
        for (int epoch : new int[] {0, 1, -2}) {
            script.ask(Form.EPOCH, "leader epoch " + epoch, target -> listOffsets(script, 0, -1, epoch));
        }
        for (int partition : new int[] {1, -1}) {
            script.ask(Form.SIZE, "partition " + partition, target -> listOffsets(script, partition, -1, -1));
        }
        for (int isolation : new int[] {1, 2, -1}) {
            script.ask(
                    "isolation " + isolation,
                    target -> listOffsets(script, 0, -1, -1).setIsolationLevel((byte) isolation));
        }
        return script.ask(Form.SIZE, "no topic", target -> new ListOffsetsRequestData().setReplicaId(-1));
    }

    private static ListOffsetsRequestData listOffsets(Script script, int partition, long time, int epoch) {
        return new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setTopics(List.of(new ListOffsetsRequestData.ListOffsetsTopic()
                        .setName(script.topic())
                        .setPartitions(List.of(new ListOffsetsRequestData.ListOffsetsPartition()
                                .setPartitionIndex(partition)
                                .setTimestamp(time)
                                .setCurrentLeaderEpoch(epoch)))));
    }

    private static Script leaderEpochs(Script script) {
        filled(script);
        script.valid("of epoch 0", target -> leaderEpoch(script, new int[] {-1, 0}));
        for (int[] epochs : new int[][] {{-1, -1}, {-1, 1}, {0, 0}, {1, 0}, {-5, 0}}) {
            script.ask(
                    Form.EPOCH, "current " + epochs[0] + " asked " + epochs[1], target -> leaderEpoch(script, epochs));
        }
        return script;
    }

    private static Message leaderEpoch(Script script, int[] epochs) {
        var topics = new OffsetForLeaderEpochRequestData.OffsetForLeaderTopicCollection();
        topics.add(new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic()
                .setTopic(script.topic())
                .setPartitions(List.of(new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition()
                        .setPartition(0)
                        .setCurrentLeaderEpoch(epochs[0])
                        .setLeaderEpoch(epochs[1]))));
        return new OffsetForLeaderEpochRequestData().setReplicaId(-1).setTopics(topics);
    }
}
