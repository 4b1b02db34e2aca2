package io.tickwire.edge.shm;

/** A partition's journal as a subscriber reads it: by offset, read-only. Owned by the subscriber's thread. */
public interface HistorySource extends AutoCloseable {
    /** Takes records in offset order. */
    interface Sink {
        /** Starts a record; lengths as in {@link FrameWriter#wrap}. The source fills the returned frame, stamps and offset included. */
        FrameWriter begin(int keyLength, int valueLength, int headersLength);

        /** Ends the record started last. */
        void end();
    }

    /**
     * Delivers records from {@code fromOffset} on, below {@code toOffset}, about {@code limit} of them at most.
     *
     * @return the offset to go on from: {@code fromOffset} when nothing can be read now; beyond the last record delivered when the offsets
     *     after it are known to hold no records.
     */
    long read(long fromOffset, long toOffset, int limit, Sink sink);

    /** The lowest offset still held. */
    long startOffset();

    /** Forgets what was open: the broker has restarted or the topic was created again. */
    void reopen();

    @Override
    void close();
}
