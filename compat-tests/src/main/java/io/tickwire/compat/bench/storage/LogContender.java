package io.tickwire.compat.bench.storage;

import java.io.IOException;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** One way of keeping record batches; used by one thread. */
interface LogContender extends AutoCloseable {
    /** Returned by look-ups that the contender has no index for. */
    long UNSUPPORTED = -2;

    String name();

    /**
     * Makes room and pages for the next {@code bytes} ready where nothing in the contender does that by itself, so that appends are
     * compared and not page faults.
     */
    default void prepare(long bytes) throws IOException {}

    /**
     * Appends one whole RecordBatch v2, assigning its offsets where the contender knows offsets.
     *
     * @param nowMs the time, for contenders that let their caller read the clock: Tickwire's broker does that once per turn
     */
    void append(UnsafeBuffer batch, int length, long nowMs) throws IOException;

    /**
     * Copies what stands from {@code position} on into {@code target}: whole batches for logs that know offsets, one entry otherwise.
     *
     * @param position an offset, or for contenders without offsets an entry number
     * @return position to read next, or {@link #UNSUPPORTED}
     */
    long read(long position, int maxBytes, MutableDirectBuffer target) throws IOException;

    /** End offset, or number of entries. */
    long end();

    /** Puts everything appended on the device. */
    void flush() throws IOException;

    /** Offset of the first record at or after a timestamp, or {@link #UNSUPPORTED}. */
    long offsetForTimestamp(long timestampMs) throws IOException;

    /** Closes the log cleanly. */
    void shut() throws IOException;

    /** Opens the log again after {@link #shut}, so that the next append can follow. */
    void open() throws IOException;

    @Override
    void close() throws IOException;
}
