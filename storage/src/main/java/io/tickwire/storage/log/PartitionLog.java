package io.tickwire.storage.log;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.kafka.record.RecordErrors;
import io.tickwire.storage.segment.Segment;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One partition: record batches of format 2 in the order of their offsets.
 *
 * <p><b>Threads.</b> One owner thread appends: the first that does, or calls {@link #bindOwner()}, until another one calls that.
 * Everything marked "any thread" may be called while the owner appends. In steady state neither appending nor reading allocates.
 *
 * <p>Results are Kafka's error codes; after {@link #close()} or deletion it is UNKNOWN_TOPIC_OR_PARTITION.
 */
public final class PartitionLog implements AutoCloseable {
    /** Version of the newest Produce request, assumed where the caller names none. */
    public static final int NEWEST_PRODUCE_VERSION = 13;

    private final LogFiles files;
    private final LogOffsets offsets;
    private final LogReader reader;
    private final LogWriter writer;
    private final OwnerGate gate = new OwnerGate();
    private volatile LogSettings settings;
    private final LogAppender appender;

    /** A log over files that recovery has put in order; see the catalog. */
    public PartitionLog(final LogFiles files, final LogSettings settings) {
        this.files = files;
        this.offsets = files.offsets();
        this.settings = settings;
        this.reader = new LogReader(files);
        this.writer = new LogWriter(files, settings);
        this.appender = new LogAppender(this, offsets, writer, gate);
    }

    /** Makes the calling thread the owner. The former owner must not be appending. */
    public void bindOwner() {
        appender.bindOwner();
    }

    /**
     * Appends what a client or another part of the broker sent, after checking it. Owner only.
     *
     * @param length bytes of one batch (origin CLIENT) or of whole batches one behind the other
     * @param leaderEpoch written into the batches
     * @param nowMs the time, milliseconds since 1970
     */
    public short append(
            final DirectBuffer source,
            final int offset,
            final int length,
            final AppendOrigin origin,
            final int leaderEpoch,
            final long nowMs,
            final AppendResult out) {
        return origin == AppendOrigin.CLIENT
                ? appender.appendProduced(source, offset, length, NEWEST_PRODUCE_VERSION, leaderEpoch, nowMs, out)
                : appender.append(source, offset, length, origin, leaderEpoch, nowMs, out);
    }

    /**
     * Appends the batch of a Produce request, checked as Kafka's broker checks it. Owner only.
     *
     * @param produceVersion version of the request: decides which codecs are allowed
     */
    public short appendProduced(
            final DirectBuffer source,
            final int offset,
            final int length,
            final int produceVersion,
            final int leaderEpoch,
            final long nowMs,
            final AppendResult out) {
        return appender.appendProduced(source, offset, length, produceVersion, leaderEpoch, nowMs, out);
    }

    /**
     * Claims zeroed journal memory to encode one batch in. Owner only; {@link #commit} or {@link #abort} must follow before
     * anything else is appended.
     *
     * @param region wrapped around the memory, valid until commit or abort
     */
    public short claim(final int maxLength, final long nowMs, final UnsafeBuffer region) {
        return appender.claim(maxLength, nowMs, region);
    }

    /**
     * Appends the batch encoded in the claimed memory. It must be complete but for base offset and leader epoch, which are
     * set here, and nothing behind it may have been written. Owner only.
     *
     * @param length bytes of the batch
     */
    public void commit(final int length, final int leaderEpoch, final long nowMs, final AppendResult out) {
        appender.commit(length, leaderEpoch, nowMs, out);
    }

    /** Gives claimed memory back; all of it is zeroed. Owner only. */
    public void abort() {
        appender.abort();
    }

    /** The refused records of the last {@link #appendProduced} of this thread. */
    public RecordErrors recordErrors() {
        return appender.recordErrors();
    }

    /** Learns of each appended batch. Owner only. */
    public void appendListener(final AppendListener listener) {
        appender.appendListener(listener);
    }

    /** Learns when acknowledgements may go out. Owner only. */
    public void highWatermarkListener(final HighWatermarkListener listener) {
        appender.highWatermarkListener(listener);
    }

    /**
     * Finds whole batches from the one that contains {@code fetchOffset} on. Any thread, each with its own {@code out}.
     *
     * @param maxBytes most bytes to return
     * @param minOneBatch return the first batch even if it is larger than that
     * @return NONE, with nothing found when {@code fetchOffset} is at the end of what may be seen; OFFSET_OUT_OF_RANGE outside
     *     of the log; CORRUPT_MESSAGE when the first batch is damaged
     */
    public short read(
            final long fetchOffset,
            final int maxBytes,
            final boolean minOneBatch,
            final Isolation isolation,
            final LogSlices out) {
        if (gate.isShut()) {
            out.release();
            return KafkaErrors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        return reader.read(fetchOffset, maxBytes, minOneBatch, isolation, out);
    }

    /** First offset that may be read. Any thread. */
    public long logStartOffset() {
        return offsets.logStart();
    }

    /** Offset after the last batch that is acknowledged. Any thread. */
    public long highWatermark() {
        return offsets.highWatermark();
    }

    /** First offset of the oldest open transaction, or the high watermark. Any thread. */
    public long lastStableOffset() {
        return offsets.lastStable();
    }

    /** Offset of the next record. Any thread. */
    public long logEndOffset() {
        return offsets.logEnd();
    }

    /** What this log is called. Any thread. */
    public TopicKey key() {
        return files.key();
    }

    /** Configuration. Any thread. */
    public LogSettings settings() {
        return settings;
    }

    /** Changes the configuration from the next append on. Any thread. */
    public void updateSettings(final LogSettings changed) {
        gate.runAlone(() -> {
            settings = changed;
            writer.settings(changed);
        });
    }

    /** Bytes of all batches. Any thread. */
    public long sizeInBytes() {
        long bytes = 0;
        for (final Segment segment : files.segments().snapshot()) {
            bytes += segment.bytes();
        }
        return bytes;
    }

    /** Directory and segments, for those who look after them. */
    public LogFiles files() {
        return files;
    }

    /** Batches found corrupt by reads. Any thread. */
    public long corruptions() {
        return reader.corruptions();
    }

    /** Waits until all that was appended before the call is on the device. Blocks; not for a hot thread. */
    public void flush() {
        final long end = offsets.logEnd();
        try {
            files.syncSegments();
            files.recoveryPoint(end);
        } catch (final IOException e) {
            throw new UncheckedIOException("flush of " + files.directory(), e);
        }
    }

    /** True once closed or deleted. Any thread. */
    public boolean isClosed() {
        return gate.isShut();
    }

    /** Waits for the device and closes cleanly, keeping the owner out. Any thread. */
    @Override
    public void close() {
        close(false);
    }

    /** Closes cleanly, where the caller has seen to it that everything is on the device. Any thread. */
    public void closeSynced() {
        close(true);
    }

    private void close(final boolean synced) {
        appender.abandonClaim();
        gate.shutAnd(() -> {
            writer.close(synced);
            for (final Segment segment : files.segments().snapshot()) {
                segment.unmapIfUnpinned();
            }
        });
    }

    /** Closes and removes all segments. Reads in progress keep their memory until they release it. Any thread. */
    public void delete() throws IOException {
        appender.abandonClaim();
        gate.shutAnd(writer::discard);
        for (final Segment segment : files.segments().snapshot()) {
            segment.delete();
        }
    }
}
