package io.tickwire.edge.share;

/**
 * What a member wants of one partition.
 *
 * @param memberId the member
 * @param recordLimit whether {@code maxRecords} is a hard limit (KIP-1206); else batches are delivered whole
 * @param batchSize records from which on acquired ranges are cut at batch boundaries
 * @param maxRecords most records wanted
 * @param fetchOffset where the log was read
 */
public record AcquireRequest(String memberId, boolean recordLimit, int batchSize, int maxRecords, long fetchOffset) {}
