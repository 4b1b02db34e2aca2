package io.tickwire.kafka.hot;

/** Takes a response's pieces in order, for a gathering send. */
@FunctionalInterface
public interface SliceSink {
    /**
     * Adds {@code length} bytes of memory that stay mapped and unchanged until they were sent.
     *
     * @return false when there is no room for another piece
     */
    boolean add(long address, int length);
}
