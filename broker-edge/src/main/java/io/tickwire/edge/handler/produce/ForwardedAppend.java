package io.tickwire.edge.handler.produce;

import io.tickwire.edge.agent.ShardMessage;
import io.tickwire.edge.agent.ShardPartition;
import io.tickwire.edge.agent.ShardPeers;
import io.tickwire.kafka.hot.ProduceRequestDecoder;
import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.kafka.record.RecordErrors;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.PartitionLog;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/**
 * A batch on its way to the shard that owns its partition, and back with what became of it. Used again: belongs to its
 * handler's shard, and to the owner between the two deliveries.
 */
final class ForwardedAppend implements ShardMessage {
    private static final int SMALLEST_BYTES = 4 << 10;

    private final ForwardedAppends home;
    private final UnsafeBuffer bytes = new UnsafeBuffer(0, 0);
    private final RecordBatchFlyweight batch = new RecordBatchFlyweight();
    private final AppendResult result = new AppendResult();
    private PendingProduce pending;
    private ShardPartition partition;
    private int row;
    private int batchBytes;
    private int transactionalIdBytes;
    private int produceVersion;
    private boolean returning;
    private short error;
    private Errors refusal;
    private RecordErrors recordErrors;

    ForwardedAppend(ForwardedAppends home) {
        this.home = home;
    }

    /**
     * Takes over what the decoder's partition is to get, by copying it.
     *
     * @param rowOfRequest row of the request, in which its outcome goes
     */
    void begin(
            PendingProduce request, int rowOfRequest, ShardPartition view, int version, ProduceRequestDecoder decoder) {
        pending = request;
        row = rowOfRequest;
        partition = view;
        produceVersion = version;
        returning = false;
        refusal = null;
        recordErrors = null;
        batchBytes = decoder.recordsLength();
        transactionalIdBytes = decoder.transactionalIdLength();
        ensure(batchBytes + Math.max(transactionalIdBytes, 0));
        bytes.putBytes(0, decoder.buffer(), decoder.recordsOffset(), batchBytes);
        if (transactionalIdBytes > 0) {
            bytes.putBytes(batchBytes, decoder.buffer(), decoder.transactionalIdOffset(), transactionalIdBytes);
        }
    }

    private void ensure(int needed) {
        if (needed > bytes.capacity()) {
            freeMemory();
            bytes.wrap(ByteBuffer.allocateDirect(Math.max(SMALLEST_BYTES, BitUtil.findNextPositivePowerOfTwo(needed))));
        }
    }

    @Override
    public void onDelivery(ShardPeers receiver) {
        if (returning) {
            home.returned(this);
            return;
        }
        boolean waits;
        try {
            waits = askedFirst(receiver);
        } catch (RuntimeException | InternalError e) {
            refuse(receiver, e);
            waits = false;
        }
        if (!waits) {
            finish(receiver);
        }
    }

    /** On the owner: whatever is wrong with this batch, its producer is told. */
    private void refuse(ShardPeers owner, Throwable failure) {
        owner.failed("a batch of another shard", failure);
        refusal = Errors.UNKNOWN_SERVER_ERROR;
    }

    /** On the owner: appends unless that was refused, as soon as the log is open, and sends the outcome back. */
    void finish(ShardPeers owner) {
        ShardPartition owned = partition.ownersView();
        if (refusal == null && owned.isServed() && owned.mustHold()) {
            owned.hold(() -> finishOpened(owner));
        } else {
            finishOpened(owner);
        }
    }

    private void finishOpened(ShardPeers owner) {
        if (refusal == null) {
            try {
                append();
            } catch (RuntimeException | InternalError e) {
                refuse(owner, e);
            }
        }
        returning = true;
        owner.send(home.shard(), this);
    }

    /** On the owner: true when the coordinator has to admit the batch's transaction first. */
    private boolean askedFirst(ShardPeers owner) {
        ShardPartition owned = partition.ownersView();
        if (transactionalIdBytes < 0 || batchBytes < RecordBatchFlyweight.HEADER_BYTES || !owned.isServed()) {
            return false;
        }
        batch.wrap(bytes, 0);
        if (!batch.isTransactional() || owned.log().isTransactionOpen(batch.producerId(), batch.producerEpoch())) {
            return false;
        }
        TopicPartition name =
                new TopicPartition(owned.spec().topic(), owned.spec().partition());
        AdmissionQuestions questions = new AdmissionQuestions(produceVersion);
        questions.partOfRequest(name);
        questions.add(name, owned.log(), batch);
        String transactionalId = bytes.getStringWithoutLengthUtf8(batchBytes, transactionalIdBytes);
        CompletionStage<Boolean> _ = home.gate()
                .admit(
                        transactionalId,
                        batch.producerId(),
                        batch.producerEpoch(),
                        questions.asked(),
                        questions.protocol())
                // Posted by the thread that answers: no marker comes between the answer and the append.
                .handle((answer, failure) -> owner.post(() -> {
                    refusal = failure == null ? questions.refused(answer).get(name) : Errors.forException(failure);
                    finish(owner);
                }));
        return true;
    }

    /** On the owner. */
    private void append() {
        ShardPartition owned = partition.ownersView();
        if (!owned.isServed()) {
            refusal = Errors.UNKNOWN_TOPIC_OR_PARTITION;
            return;
        }
        PartitionLog log = owned.log();
        error = log.appendProduced(
                bytes,
                0,
                batchBytes,
                produceVersion,
                owned.leaderEpoch(),
                home.clock().time(),
                result);
        if (error != KafkaErrors.NONE) {
            RecordErrors refused = log.recordErrors();
            // The log's own are overwritten by its next append.
            recordErrors = refused.count() == 0 ? null : refused.copy();
        }
    }

    PendingProduce pending() {
        return pending;
    }

    ShardPartition partition() {
        return partition;
    }

    int row() {
        return row;
    }

    int length() {
        return batchBytes;
    }

    /** Why it was not even tried, or null. */
    Errors refusal() {
        return refusal;
    }

    short error() {
        return error;
    }

    AppendResult result() {
        return result;
    }

    RecordErrors recordErrors() {
        return recordErrors;
    }

    int capacity() {
        return bytes.capacity();
    }

    void end() {
        pending = null;
        partition = null;
        recordErrors = null;
    }

    void freeMemory() {
        if (bytes.capacity() > 0) {
            BufferUtil.free(bytes.byteBuffer());
            bytes.wrap(0, 0);
        }
    }
}
