package io.tickwire.storage.producer;

/**
 * What a log knows of a producer, as DescribeProducers shows it and compaction needs it.
 *
 * @param producerId its id
 * @param epoch its epoch
 * @param lastSequence last sequence number, or -1
 * @param lastDataOffset offset of the last record of this epoch, or -1
 * @param lastTimestamp largest timestamp of its last batch, milliseconds, or -1
 * @param coordinatorEpoch epoch of the coordinator that wrote its last marker, or -1
 * @param transactionFirstOffset first offset of its open transaction, or -1
 */
public record ProducerInfo(
        long producerId,
        short epoch,
        int lastSequence,
        long lastDataOffset,
        long lastTimestamp,
        int coordinatorEpoch,
        long transactionFirstOffset) {}
