package io.tickwire.storage.producer;

/**
 * An aborted transaction whose records, or at least whose marker, the log may still hold.
 *
 * @param producerId its producer
 * @param firstOffset offset of its first record
 * @param markerOffset offset of the abort marker
 * @param lastStableOffset last stable offset when it was aborted
 */
public record AbortedTransaction(long producerId, long firstOffset, long markerOffset, long lastStableOffset) {}
