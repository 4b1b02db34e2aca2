package io.tickwire.edge.handler.produce;

import io.tickwire.edge.agent.PartitionTable;
import io.tickwire.edge.agent.ShardPartition;
import io.tickwire.edge.handler.Exchange;
import io.tickwire.edge.handler.HotResponse;
import io.tickwire.kafka.hot.ProduceResponseEncoder;
import io.tickwire.kafka.hot.TopicKey;
import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.kafka.record.RecordErrors;
import io.tickwire.storage.log.AppendResult;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/** What became of each partition of one Produce request, kept in columns until it is answered. Reused. */
final class ProduceRows {
    private static final int NO_OFFSET = -1;

    private final TopicKey key = new TopicKey();
    private UnsafeBuffer[] topicNames = new UnsafeBuffer[4];
    private long[] topicIdHigh = new long[4];
    private long[] topicIdLow = new long[4];
    private int[] topicPartitions = new int[4];
    private int topicCount;
    private int[] numbers = new int[4];
    private short[] errors = new short[4];
    private long[] baseOffsets = new long[4];
    private long[] appendTimes = new long[4];
    private long[] logStarts = new long[4];
    private String[] messages = new String[4];
    private RecordErrors[] recordErrors = new RecordErrors[4];
    private ShardPartition[] awaited = new ShardPartition[4];
    private int rowCount;

    void clear() {
        Arrays.fill(topicNames, 0, topicCount, null);
        Arrays.fill(messages, 0, rowCount, null);
        Arrays.fill(recordErrors, 0, rowCount, null);
        Arrays.fill(awaited, 0, rowCount, null);
        topicCount = 0;
        rowCount = 0;
    }

    void topic(TopicKey requested, PartitionTable.Topic topic, int partitionCount) {
        if (topicCount == topicPartitions.length) {
            growTopics();
        }
        topicIdHigh[topicCount] = requested.idHigh();
        topicIdLow[topicCount] = requested.idLow();
        topicPartitions[topicCount] = partitionCount;
        if (topic != null) {
            topicNames[topicCount] = topic.nameBuffer();
        } else {
            // The request is gone when a parked one is answered.
            byte[] name = new byte[requested.nameLength()];
            if (!requested.hasId()) {
                requested.buffer().getBytes(requested.nameOffset(), name);
            }
            topicNames[topicCount] = new UnsafeBuffer(name);
        }
        topicCount++;
    }

    void refused(int number, short error, String message) {
        refuse(nextRow(number, error), error, message);
    }

    /** A row that was to be settled later has come to nothing. */
    void refuse(int row, short error, String message) {
        errors[row] = error;
        messages[row] = message;
        baseOffsets[row] = NO_OFFSET;
        appendTimes[row] = NO_OFFSET;
        logStarts[row] = NO_OFFSET;
    }

    void appended(int number, short error, AppendResult result, ShardPartition partition) {
        RecordErrors refused = partition.log().recordErrors();
        // The log's own are overwritten by its next append.
        RecordErrors kept = error == KafkaErrors.NONE || refused.count() == 0 ? null : refused.copy();
        settle(nextRow(number, error), error, result, kept, partition);
    }

    /** A row that is settled later. */
    int forwarded(int number) {
        return nextRow(number, KafkaErrors.NONE);
    }

    /** What became of a row. */
    void settle(int row, short error, AppendResult result, RecordErrors refused, ShardPartition partition) {
        errors[row] = error;
        baseOffsets[row] = result.baseOffset();
        appendTimes[row] = result.logAppendTimeMs();
        logStarts[row] = result.logStartOffset();
        awaited[row] = partition;
        if (error != KafkaErrors.NONE) {
            messages[row] = result.errorMessage();
            recordErrors[row] = refused;
        }
    }

    private int nextRow(int number, short error) {
        if (rowCount == numbers.length) {
            growRows();
        }
        numbers[rowCount] = number;
        errors[rowCount] = error;
        return rowCount++;
    }

    /** Time is over: what was not acknowledged by now has failed so. */
    void timeOut(ShardPartition partition) {
        for (int i = 0; i < rowCount; i++) {
            if (awaited[i] == partition && errors[i] == KafkaErrors.NONE) {
                errors[i] = KafkaErrors.REQUEST_TIMED_OUT;
            }
        }
    }

    short firstError() {
        for (int i = 0; i < rowCount; i++) {
            if (errors[i] != KafkaErrors.NONE) {
                return errors[i];
            }
        }
        return KafkaErrors.NONE;
    }

    int encode(ProduceResponseEncoder encoder, HotResponse response, Exchange exchange, int throttleMs) {
        UnsafeBuffer scratch = response.scratch();
        encoder.begin(scratch, 0, scratch.capacity(), exchange.apiVersion(), exchange.correlationId(), topicCount);
        int row = 0;
        for (int topic = 0; topic < topicCount; topic++) {
            key.ofId(topicIdHigh[topic], topicIdLow[topic]);
            key.ofName(topicNames[topic], 0, topicNames[topic].capacity());
            encoder.topic(key, topicPartitions[topic]);
            for (int end = row + topicPartitions[topic]; row < end; row++) {
                encoder.partition(
                        numbers[row],
                        errors[row],
                        baseOffsets[row],
                        appendTimes[row],
                        logStarts[row],
                        recordErrors[row],
                        messages[row]);
                encoder.endPartition();
            }
            encoder.endTopic();
        }
        return encoder.end(throttleMs, null);
    }

    private void growTopics() {
        int length = topicCount * 2;
        topicNames = Arrays.copyOf(topicNames, length);
        topicIdHigh = Arrays.copyOf(topicIdHigh, length);
        topicIdLow = Arrays.copyOf(topicIdLow, length);
        topicPartitions = Arrays.copyOf(topicPartitions, length);
    }

    private void growRows() {
        int length = rowCount * 2;
        numbers = Arrays.copyOf(numbers, length);
        errors = Arrays.copyOf(errors, length);
        baseOffsets = Arrays.copyOf(baseOffsets, length);
        appendTimes = Arrays.copyOf(appendTimes, length);
        logStarts = Arrays.copyOf(logStarts, length);
        messages = Arrays.copyOf(messages, length);
        recordErrors = Arrays.copyOf(recordErrors, length);
        awaited = Arrays.copyOf(awaited, length);
    }
}
