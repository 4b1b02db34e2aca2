package io.tickwire.edge.handler.share;

import io.tickwire.storage.log.Isolation;

/**
 * What one ShareFetch asks for, whatever the partition.
 *
 * @param memberId whose it is
 * @param recordLimit whether {@code maxRecords} is a hard limit
 * @param maxRecords most records, all partitions together
 * @param batchSize records from which on acquired ranges are cut at batch boundaries
 * @param maxWaitMs how long it may wait
 * @param minBytes how much is worth an answer
 * @param maxBytes most bytes; one batch comes back whatever its size
 * @param isolation how far it may see
 */
record ShareFetchParameters(
        String memberId,
        boolean recordLimit,
        int maxRecords,
        int batchSize,
        int maxWaitMs,
        int minBytes,
        int maxBytes,
        Isolation isolation) {}
