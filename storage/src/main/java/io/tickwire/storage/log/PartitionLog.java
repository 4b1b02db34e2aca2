package io.tickwire.storage.log;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.kafka.record.RecordErrors;
import io.tickwire.storage.producer.ProducerInfo;
import io.tickwire.storage.segment.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
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

    /** Epoch of a producer that the log does not know. */
    public static final short NO_PRODUCER_EPOCH = -1;

    private final LogFiles files;
    private final LogOffsets offsets;
    private final LogReader reader;
    private final LogProducers producers;
    private final LogSearch search;
    private final LogRetention retention;
    private final LogSync sync;
    private final LogWriter writer;
    private final OwnerGate gate = new OwnerGate();
    private final LogRewrites rewrites;
    private volatile LogSettings settings;
    private final LogAppender appender;

    /** A log over files that recovery has put in order; see the catalog. */
    public PartitionLog(final LogFiles files, final LogSettings settings) {
        this.files = files;
        this.offsets = files.offsets();
        this.settings = settings;
        this.producers = new LogProducers(files);
        this.reader = new LogReader(files, producers.table().aborted());
        this.search = new LogSearch(files);
        this.retention = new LogRetention(files, this::keepProducersBefore);
        this.rewrites = new LogRewrites(files, producers, gate);
        this.sync = new LogSync(this, files);
        this.writer = new LogWriter(files, producers, sync, settings);
        this.appender = new LogAppender(this, files, writer, sync, producers.table(), gate);
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
     * Makes sure that one batch of up to {@code maxLength} bytes can be appended next, and that its first record will have {@link
     * #logEndOffset()}. Other threads are kept out until {@link #commit} or {@link #abort}, which must come soon. Owner only.
     *
     * @param holder told when the owner's thread is about to append something else, or to close the log, before that
     */
    public short reserve(final int maxLength, final long nowMs, final ClaimHolder holder) {
        return appender.reserve(maxLength, nowMs, holder);
    }

    /** As {@link #claim}, of what was reserved; when it fails, which only a fault in mapped memory makes it do, the reservation ends. */
    public short claimReserved(final UnsafeBuffer region) {
        return appender.claimReserved(region);
    }

    /**
     * Appends the batch encoded in the claimed memory, of {@code length} bytes. It must be complete but for base offset and leader
     * epoch, which are set here, and nothing behind it may have been written. Owner only.
     *
     * @param out base offset -1 when the journal's memory had a fault: nothing was appended
     */
    public void commit(final int length, final int leaderEpoch, final long nowMs, final AppendResult out) {
        appender.commit(length, leaderEpoch, nowMs, out);
    }

    /** Gives what was reserved or claimed back; claimed memory is zeroed. Owner only. */
    public void abort() {
        appender.abort();
    }

    /** The refused records of the last {@link #appendProduced} of this thread. */
    public RecordErrors recordErrors() {
        return appender.recordErrors();
    }

    /** Learns of each appended batch, on the owner thread. Any thread may set it, with effect from the next append on. */
    public void appendListener(final AppendListener listener) {
        appender.appendListener(listener);
    }

    /** Learns on the owner thread when acknowledgements may go out. Any thread may set it. */
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

    /**
     * Looks after what waits: moves the high watermark over what has become durable, asks for the device by {@code flush.ms}.
     * Owner only, every few milliseconds; does not block where a syncer runs.
     *
     * @return things done
     */
    public int doWork(final long nowMs) {
        return appender.doWork(nowMs);
    }

    /** Whether an append would neither open files nor wait for another thread that opens or rolls them: a guess. Owner only. */
    public boolean isReady() {
        return gate.isFree() && writer.isOpen();
    }

    /** Opens the journal ahead of the first append, which then does not wait for it. Any thread; takes milliseconds. */
    public boolean prepare(final long nowMs) {
        return runAlone(() -> writer.prepare(nowMs));
    }

    /** Rolls a segment that is due by age, deletes what need not be kept, has what has ended on the device. Any thread; blocks. */
    public int enforceRetention(final long nowMs) {
        if (gate.isShut()) {
            return 0;
        }
        runAlone(() -> {
            final Segment active = writer.active();
            return writer.rollIfDue(nowMs, active != null && LogRetention.isExpired(active, settings, nowMs));
        });
        final int deleted = retention.enforce(settings, nowMs);
        producers.expire(gate, nowMs - settings.producerExpirationMs());
        sync.checkpoint();
        return deleted;
    }

    /** The producers that the log knows, idempotent and transactional. Any thread. */
    public List<ProducerInfo> producers() {
        final List<ProducerInfo> infos = new ArrayList<>();
        runAlone(() -> infos.addAll(producers.table().describe()));
        return infos;
    }

    /** Whether a producer's transaction of this epoch is open in the log. Owner only; allocates nothing. */
    public boolean isTransactionOpen(final long producerId, final short epoch) {
        return producers.table().isTransactionOpen(producerId, epoch);
    }

    /** Last epoch of a producer, or {@link #NO_PRODUCER_EPOCH}. Owner only; allocates nothing. */
    public short producerEpoch(final long producerId) {
        return producers.table().epoch(producerId);
    }

    /** Ends the current segment so that the next append starts a new one. Any thread; false when there is nothing in it. */
    public boolean roll(final long nowMs) {
        return runAlone(() -> writer.rollIfDue(nowMs, true));
    }

    /** True when nobody appended since {@code sinceMs} to a log that has files to give back. Any thread; a guess while it is appended to. */
    public boolean isIdle(final long sinceMs) {
        return writer.isIdle(sinceMs);
    }

    /** Gives back files and memory of a log not appended to since {@code sinceMs}, all of which is on the device. Any thread. */
    public boolean releaseIfIdle(final long sinceMs) {
        final boolean released = runAlone(() -> writer.releaseIfIdle(sinceMs));
        for (final Segment segment : files.segments().snapshot()) {
            segment.unmapIfUnpinned();
        }
        return released;
    }

    /**
     * Finds an offset by timestamp: the first record not older than {@code timestampMs}, or one of ListOffsets' special values.
     * Any thread.
     *
     * @param out offset -1 when there is none
     */
    public short offsetForTimestamp(final long timestampMs, final Isolation isolation, final TimestampResult out) {
        return search.find(timestampMs, isolation, out);
    }

    /** As a read_uncommitted client asks. Any thread. */
    public short offsetForTimestamp(final long timestampMs, final TimestampResult out) {
        return search.find(timestampMs, Isolation.UNCOMMITTED, out);
    }

    /**
     * Where the largest leader epoch up to {@code epoch} ends; an epoch before the first ends where that begins. Any thread.
     *
     * @param out epoch and the offset after its last record, -1 and -1 when it is unknown
     */
    public short endOffsetForEpoch(final int epoch, final TimestampResult out) {
        return search.endOfEpoch(epoch, out);
    }

    /**
     * Moves the log start offset. Any thread; blocks on the disk.
     *
     * @param offset the new start, or -1 for the high watermark
     * @param out the start offset then
     */
    public short deleteRecordsBefore(final long offset, final TimestampResult out) {
        return retention.deleteBefore(offset, settings, out);
    }

    /** Records that are about to go must not be needed to restore the producers. */
    private void keepProducersBefore(final long offset) {
        if (producers.snapshotOffset() < offset) {
            appender.completeClaim();
            gate.runAlone(producers::snapshot);
        }
    }

    /** The owner itself may be the one that wants the log for itself. */
    private boolean runAlone(final BooleanSupplier action) {
        appender.completeClaim();
        return gate.testAlone(action);
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

    /** Changes the configuration from the next append on. Any thread; does not wait for anyone. */
    public void updateSettings(final LogSettings changed) {
        settings = changed;
        writer.settings(changed);
    }

    /** What compaction needs of this log. Any thread. */
    public LogRewrites rewrites() {
        return rewrites;
    }

    /** Bytes of all batches. Any thread. */
    public long sizeInBytes() {
        return files.sizeInBytes();
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
        sync.run();
        writer.writtenBack();
    }

    /** Who waits for the device on behalf of the owner; without one, the owner waits itself. */
    public void syncer(final LogSyncer syncer) {
        sync.syncer(syncer);
    }

    /** Who keeps blocks and pages ready ahead of the owner, in journal files opened from now on; without one, the owner waits itself. */
    public void pretoucher(final LogPretoucher pretoucher) {
        writer.pretoucher(pretoucher);
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
        if (gate.shutAnd(() -> writer.close(synced))) {
            rewrites.awaitEnd();
            for (final Segment segment : files.segments().snapshot()) {
                segment.unmapIfUnpinned();
            }
        }
    }

    /** Closes and removes all segments. Reads in progress keep their memory until they release it. Any thread. */
    public void delete() throws IOException {
        appender.abandonClaim();
        gate.shutAnd(writer::discard);
        rewrites.awaitEnd();
        for (final Segment segment : files.segments().snapshot()) {
            segment.delete();
        }
    }
}
