package io.tickwire.edge.transaction;

import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * What became of a request that a producer made.
 *
 * @param error NONE, or why not
 * @param producerId the id to go on with; -1 with an error
 * @param producerEpoch its epoch; -1 with an error
 */
public record ProducerOutcome(Errors error, long producerId, short producerEpoch) {
    static ProducerOutcome failed(Errors error) {
        return new ProducerOutcome(error, RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH);
    }

    /** The error as requests below a version have to say it: they know fencing as an invalid epoch. */
    public static Errors errorFor(Errors error, boolean knowsFencing) {
        return error == Errors.PRODUCER_FENCED && !knowsFencing ? Errors.INVALID_PRODUCER_EPOCH : error;
    }
}
