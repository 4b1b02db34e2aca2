package io.tickwire.compat.wire;

import io.tickwire.compat.target.Target;
import io.tickwire.compat.wire.WireCoverage.Form;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.DynamicTest;

/** Transactions, in order and out of it. Each script's transactional id and group have the name of its topic. */
final class TransactionScripts {

    private static final short BATCHED_ADD = 4;
    private static final short INIT_BEFORE_VERSION_2 = 5;

    private TransactionScripts() {}

    static Stream<DynamicTest> tests() {
        return Stream.of(
                        WireScripts.scripts(ApiKeys.INIT_PRODUCER_ID, TransactionScripts::init),
                        WireScripts.scripts(ApiKeys.ADD_PARTITIONS_TO_TXN, TransactionScripts::addPartitions),
                        WireScripts.scripts(ApiKeys.ADD_OFFSETS_TO_TXN, TransactionScripts::addOffsets),
                        WireScripts.scripts(ApiKeys.TXN_OFFSET_COMMIT, TransactionScripts::commitOffsets),
                        WireScripts.scripts(ApiKeys.END_TXN, TransactionScripts::end),
                        WireScripts.scripts(ApiKeys.WRITE_TXN_MARKERS, TransactionScripts::markers),
                        WireScripts.scripts(ApiKeys.DESCRIBE_TRANSACTIONS, TransactionScripts::describe),
                        WireScripts.scripts(ApiKeys.LIST_TRANSACTIONS, TransactionScripts::list),
                        WireScripts.scripts(ApiKeys.DESCRIBE_PRODUCERS, TransactionScripts::producers))
                .flatMap(one -> one);
    }

    private static InitProducerIdRequestData init(Script script, int timeoutMs) {
        return new InitProducerIdRequestData()
                .setTransactionalId(script.topic())
                .setTransactionTimeoutMs(timeoutMs);
    }

    /** A topic, and a producer with its id and epoch. */
    private static Script started(Script script) {
        script.makeTopic().awaitCoordinators();
        return script.askAlso(
                "init",
                ApiKeys.INIT_PRODUCER_ID,
                INIT_BEFORE_VERSION_2,
                target -> init(script, 60_000),
                InitProducerIdResponseData.class,
                (memory, answer) -> {
                    memory.put("id", answer.producerId());
                    memory.put("epoch", answer.producerEpoch());
                });
    }

    private static long id(Script script, Target target) {
        return script.number(target, "id");
    }

    private static short epoch(Script script, Target target, int more) {
        return (short) (script.number(target, "epoch") + more);
    }

    private static Script init(Script script) {
        script.awaitCoordinators();
        script.valid("idempotent", target -> new InitProducerIdRequestData().setTransactionalId(null));
        script.valid("transactional", target -> init(script, 60_000));
        script.valid("again", target -> init(script, 60_000));
        for (int timeout : new int[] {0, -1, Integer.MAX_VALUE}) {
            script.ask(Form.SIZE, "timeout " + timeout, target -> init(script, timeout));
        }
        script.ask("empty id", target -> init(script, 60_000).setTransactionalId(""));
        script.ask(
                Form.UNKNOWN,
                "unknown producer",
                target -> init(script, 60_000).setProducerId(77).setProducerEpoch((short) 0));
        return script.ask(
                Form.EPOCH, "epoch alone", target -> init(script, 60_000).setProducerEpoch((short) 7));
    }

    private static AddPartitionsToTxnRequestData add(Script script, Target target, int epoch, String topic) {
        var topics = new AddPartitionsToTxnTopicCollection();
        topics.add(new AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic()
                .setName(topic)
                .setPartitions(List.of(0)));
        if (script.version() < BATCHED_ADD) {
            return new AddPartitionsToTxnRequestData()
                    .setV3AndBelowTransactionalId(script.topic())
                    .setV3AndBelowProducerId(id(script, target))
                    .setV3AndBelowProducerEpoch(epoch(script, target, epoch))
                    .setV3AndBelowTopics(topics);
        }
        AddPartitionsToTxnRequestData data = new AddPartitionsToTxnRequestData();
        data.transactions()
                .add(new AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction()
                        .setTransactionalId(script.topic())
                        .setProducerId(id(script, target))
                        .setProducerEpoch(epoch(script, target, epoch))
                        .setTopics(topics));
        return data;
    }

    private static Script addPartitions(Script script) {
        started(script);
        script.valid("its own", target -> add(script, target, 0, script.topic()));
        script.valid("again", target -> add(script, target, 0, script.topic()));
        script.ask(Form.UNKNOWN, "unknown topic", target -> add(script, target, 0, "wire-none"));
        for (int epoch : new int[] {-1, 1}) {
            script.ask(Form.EPOCH, "epoch " + epoch, target -> add(script, target, epoch, script.topic()));
        }
        script.ask(Form.UNKNOWN, "unknown id", target -> {
            AddPartitionsToTxnRequestData data = add(script, target, 0, script.topic());
            data.transactions().forEach(one -> one.setTransactionalId("wire-none"));
            return script.version() < BATCHED_ADD ? data.setV3AndBelowTransactionalId("wire-none") : data;
        });
        script.ask("only verified", target -> {
            AddPartitionsToTxnRequestData data = add(script, target, 0, script.topic());
            data.transactions().forEach(one -> one.setVerifyOnly(true));
            return data;
        });
        return abort(script);
    }

    private static EndTxnRequestData end(Script script, Target target, int epoch, boolean committed) {
        return new EndTxnRequestData()
                .setTransactionalId(script.topic())
                .setProducerId(id(script, target))
                .setProducerEpoch(epoch(script, target, epoch))
                .setCommitted(committed);
    }

    private static Script abort(Script script) {
        return script.askAlso("abort", ApiKeys.END_TXN, 3, target -> end(script, target, 0, false));
    }

    /** Adds the script's partition to its transaction, by version 3. */
    private static void begin(Script script) {
        script.askUntilDone("begin", ApiKeys.ADD_PARTITIONS_TO_TXN, 3, target -> {
            AddPartitionsToTxnRequestData data = new AddPartitionsToTxnRequestData()
                    .setV3AndBelowTransactionalId(script.topic())
                    .setV3AndBelowProducerId(id(script, target))
                    .setV3AndBelowProducerEpoch(epoch(script, target, 0));
            data.v3AndBelowTopics()
                    .add(new AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic()
                            .setName(script.topic())
                            .setPartitions(List.of(0)));
            return data;
        });
    }

    private static Script end(Script script) {
        started(script);
        script.ask(Form.ORDER, "commit before it began", target -> end(script, target, 0, true));
        script.ask(
                Form.ORDER,
                "abort before it began",
                target -> end(script, target, 0, false),
                EndTxnResponseData.class,
                TransactionScripts::noteEpoch);
        begin(script);
        script.ask(Form.EPOCH, "epoch above", target -> end(script, target, 1, true));
        script.ask(
                Form.UNKNOWN,
                "unknown producer",
                target -> end(script, target, 0, true).setProducerId(77));
        script.ask(
                Form.UNKNOWN,
                "unknown id",
                target -> end(script, target, 0, true).setTransactionalId("wire-none"));
        script.valid(
                "commit",
                target -> end(script, target, 0, true),
                EndTxnResponseData.class,
                TransactionScripts::noteEpoch);
        begin(script);
        return script.valid(
                "abort",
                target -> end(script, target, 0, false),
                EndTxnResponseData.class,
                TransactionScripts::noteEpoch);
    }

    /** From version 5 on the producer goes on under a new epoch (KIP-890). */
    private static void noteEpoch(Map<String, Object> memory, EndTxnResponseData answer) {
        if (answer.producerEpoch() >= 0) {
            memory.put("id", answer.producerId());
            memory.put("epoch", answer.producerEpoch());
        }
    }

    private static AddOffsetsToTxnRequestData addOffsets(Script script, Target target, int epoch) {
        return new AddOffsetsToTxnRequestData()
                .setTransactionalId(script.topic())
                .setProducerId(id(script, target))
                .setProducerEpoch(epoch(script, target, epoch))
                .setGroupId(script.topic());
    }

    private static Script addOffsets(Script script) {
        started(script);
        script.valid("its group", target -> addOffsets(script, target, 0));
        script.valid("again", target -> addOffsets(script, target, 0));
        for (int epoch : new int[] {-1, 1}) {
            script.ask(Form.EPOCH, "epoch " + epoch, target -> addOffsets(script, target, epoch));
        }
        script.ask(
                Form.UNKNOWN,
                "unknown id",
                target -> addOffsets(script, target, 0).setTransactionalId("wire-none"));
        script.ask("no group", target -> addOffsets(script, target, 0).setGroupId(""));
        return abort(script);
    }

    private static TxnOffsetCommitRequestData offsets(Script script, Target target, int epoch, int partition) {
        return new TxnOffsetCommitRequestData()
                .setTransactionalId(script.topic())
                .setGroupId(script.topic())
                .setProducerId(id(script, target))
                .setProducerEpoch(epoch(script, target, epoch))
                .setTopics(List.of(new TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic()
                        .setName(script.topic())
                        .setPartitions(List.of(new TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition()
                                .setPartitionIndex(partition)
                                .setCommittedOffset(3)
                                .setCommittedMetadata("m")))));
    }

    private static Script commitOffsets(Script script) {
        started(script);
        script.askUntilDone("add offsets", ApiKeys.ADD_OFFSETS_TO_TXN, 3, target -> addOffsets(script, target, 0));
        script.valid("its own", target -> offsets(script, target, 0, 0));
        script.ask(Form.SIZE, "partition 1", target -> offsets(script, target, 0, 1));
        script.ask(Form.UNKNOWN, "unknown topic", target -> {
            TxnOffsetCommitRequestData data = offsets(script, target, 0, 0);
            data.topics().getFirst().setName("wire-none");
            return data;
        });
        script.ask(Form.EPOCH, "epoch below", target -> offsets(script, target, -1, 0));
        script.ask(
                Form.EPOCH,
                "generation 7",
                target -> offsets(script, target, 0, 0).setGenerationId(7));
        script.ask(
                Form.UNKNOWN,
                "member",
                target -> offsets(script, target, 0, 0).setMemberId("nobody").setGenerationId(1));
        script.ask("no group", target -> offsets(script, target, 0, 0).setGroupId(""));
        return abort(script);
    }

    private static WriteTxnMarkersRequestData marker(long producerId, int epoch, String topic) {
        return new WriteTxnMarkersRequestData()
                .setMarkers(List.of(new WriteTxnMarkersRequestData.WritableTxnMarker()
                        .setProducerId(producerId)
                        .setProducerEpoch((short) epoch)
                        .setTopics(List.of(new WriteTxnMarkersRequestData.WritableTxnMarkerTopic()
                                .setName(topic)
                                .setPartitionIndexes(List.of(0))))));
    }

    private static Script markers(Script script) {
        script.makeTopic();
        script.valid("abort", target -> marker(9_100_000, 3, script.topic()));
        script.ask(Form.EPOCH, "epoch below", target -> marker(9_100_000, 2, script.topic()));
        script.ask(Form.UNKNOWN, "unknown topic", target -> marker(9_100_000, 3, "wire-none"));
        return script.ask(Form.SIZE, "no marker", target -> new WriteTxnMarkersRequestData());
    }

    private static Script describe(Script script) {
        started(script);
        DescribeTransactionsRequestData own =
                new DescribeTransactionsRequestData().setTransactionalIds(List.of(script.topic()));
        script.valid("its own", target -> own);
        begin(script);
        script.valid("its own, ongoing", target -> own);
        commit(script);
        script.valid("its own, complete", target -> own);
        return script.ask(
                Form.UNKNOWN,
                "unknown ones",
                target -> new DescribeTransactionsRequestData().setTransactionalIds(List.of("wire-none", "")));
    }

    /** Commits the transaction of the script's own id, and waits until it is complete. */
    private static void commit(Script script) {
        script.askAlso("commit", ApiKeys.END_TXN, 3, target -> end(script, target, 0, true));
        script.askUntil(
                "complete",
                ApiKeys.DESCRIBE_TRANSACTIONS,
                0,
                target -> new DescribeTransactionsRequestData().setTransactionalIds(List.of(script.topic())),
                seen -> seen.toString().contains("CompleteCommit"));
    }

    private static Script list(Script script) {
        started(script);
        script.valid("all", target -> new ListTransactionsRequestData());
        begin(script);
        script.valid("all, one ongoing", target -> new ListTransactionsRequestData());
        script.ask(
                Form.UNKNOWN,
                "unknown state",
                target -> new ListTransactionsRequestData().setStateFilters(List.of("none", "Ongoing")));
        script.ask("empty ones", target -> new ListTransactionsRequestData().setStateFilters(List.of("Empty")));
        script.ask(
                "of its producer",
                target -> new ListTransactionsRequestData().setProducerIdFilters(List.of(id(script, target))));
        script.ask(
                Form.UNKNOWN,
                "of an unknown producer",
                target -> new ListTransactionsRequestData().setProducerIdFilters(List.of(Long.MAX_VALUE)));
        script.ask(Form.SIZE, "of any duration", target -> new ListTransactionsRequestData().setDurationFilter(0));
        script.ask(
                Form.SIZE,
                "of long duration",
                target -> new ListTransactionsRequestData().setDurationFilter(3_600_000));
        for (String pattern :
                List.of(script.topic(), script.topic() + ".+", "wire-.*", "(?i)WIRE-TRANSACTIONS.*", "([")) {
            script.ask(
                    "pattern " + pattern,
                    target -> new ListTransactionsRequestData().setTransactionalIdPattern(pattern));
        }
        commit(script);
        return script.valid("all, one complete", target -> new ListTransactionsRequestData());
    }

    private static DescribeProducersRequestData producers(String topic, Integer... partitions) {
        return new DescribeProducersRequestData()
                .setTopics(List.of(new DescribeProducersRequestData.TopicRequest()
                        .setName(topic)
                        .setPartitionIndexes(List.of(partitions))));
    }

    private static Script producers(Script script) {
        script.makeTopic();
        script.valid("its own", target -> producers(script.topic(), 0));
        script.ask(Form.SIZE, "partitions 1 and -1", target -> producers(script.topic(), 1, -1));
        return script.ask(Form.UNKNOWN, "unknown topic", target -> producers("wire-none", 0));
    }
}
