package io.tickwire.storage.log;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.kafka.record.RecordErrors;
import io.tickwire.storage.producer.ProducerTable;
import io.tickwire.storage.segment.EpochStarts;
import io.tickwire.storage.segment.Segment;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;

/** The owner's half of a log: checks batches, gives them offsets, puts them into the journal and tells who listens. */
final class LogAppender {
    private static final AppendListener NO_APPEND_LISTENER = (log, base, last, address, length) -> {};
    private static final HighWatermarkListener NO_HIGH_WATERMARK_LISTENER = (log, offset) -> {};

    private static final long NOTHING_UNSYNCED = Long.MIN_VALUE;

    private final PartitionLog log;
    private final LogOffsets offsets;
    private final EpochStarts epochs;
    private final LogWriter writer;
    private final LogSync sync;
    private final ProducerTable producers;
    private final OwnerGate gate;
    private Thread owner;
    private AppendTools tools;
    private volatile AppendListener appendListener = NO_APPEND_LISTENER;
    private volatile HighWatermarkListener highWatermarkListener = NO_HIGH_WATERMARK_LISTENER;
    private long claimedAddress;
    private int claimedLength;
    /** Null where the claim is not to be held longer than the call that made it. */
    private ClaimHolder claimHolder;

    private long unsyncedRecords;
    private long oldestUnsyncedMs = NOTHING_UNSYNCED;

    LogAppender(
            final PartitionLog log,
            final LogFiles files,
            final LogWriter writer,
            final LogSync sync,
            final ProducerTable producers,
            final OwnerGate gate) {
        this.log = log;
        this.offsets = files.offsets();
        this.epochs = files.epochs();
        this.sync = sync;
        this.producers = producers;
        moveHighWatermark(offsets.logEnd());
        this.writer = writer;
        this.gate = gate;
    }

    void bindOwner() {
        owner = Thread.currentThread();
        tools = AppendTools.ofCurrentThread();
    }

    private boolean isOwner() {
        if (owner == null) {
            bindOwner();
        }
        return Thread.currentThread() == owner;
    }

    private void checkOwner() {
        final boolean isOwner = isOwner(); // Binds the first one, with assertions or without.
        assert isOwner : "called by " + Thread.currentThread() + ", owner is " + owner;
    }

    private boolean begin(final AppendResult out) {
        checkOwner();
        completeClaim();
        out.reset(offsets.logStart());
        return gate.enter();
    }

    short append(
            final DirectBuffer source,
            final int offset,
            final int length,
            final AppendOrigin origin,
            final int leaderEpoch,
            final long nowMs,
            final AppendResult out) {
        if (!begin(out)) {
            return KafkaErrors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        try {
            int at = offset;
            final int end = offset + length;
            short code = KafkaErrors.NONE;
            while (at < end && code == KafkaErrors.NONE) {
                code = tools.validator.validateInternal(source, at, end - at);
                if (code == KafkaErrors.NONE) {
                    final int bytes = tools.validator.batchBytes();
                    code = store(source, at, bytes, origin, leaderEpoch, nowMs, out);
                    at += bytes;
                } else {
                    out.errorMessage = tools.validator.reason();
                }
            }
            return code;
        } finally {
            gate.exit();
        }
    }

    short appendProduced(
            final DirectBuffer source,
            final int offset,
            final int length,
            final int produceVersion,
            final int leaderEpoch,
            final long nowMs,
            final AppendResult out) {
        if (!begin(out)) {
            return KafkaErrors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        try {
            final LogSettings settings = log.settings();
            final short code =
                    tools.validator.validateProduce(source, offset, length, produceVersion, settings.rules(), nowMs);
            if (code != KafkaErrors.NONE) {
                out.errorMessage = tools.validator.reason();
                return code;
            }
            final int bytes = tools.validator.batchBytes();
            if (settings.compression().isPresent()) {
                return storeCompressed(source, offset, bytes, settings, leaderEpoch, nowMs, out);
            }
            return store(source, offset, bytes, AppendOrigin.CLIENT, leaderEpoch, nowMs, out);
        } finally {
            gate.exit();
        }
    }

    /** As Kafka: a batch of the topic's codec stays as it is, at whatever level; others are written anew. */
    private short storeCompressed(
            final DirectBuffer source,
            final int offset,
            final int bytes,
            final LogSettings settings,
            final int leaderEpoch,
            final long nowMs,
            final AppendResult out) {
        final Compression target = settings.compression().orElseThrow();
        final RecordBatchFlyweight batch = tools.batch.wrap(source, offset);
        if (batch.codec() == target.type().id) {
            return store(source, offset, bytes, AppendOrigin.CLIENT, leaderEpoch, nowMs, out);
        }
        final DirectBuffer written = tools.recompressor.recompress(batch, target);
        if (written.capacity() > settings.rules().maxBatchBytes()) {
            out.errorMessage = "the batch, in the topic's compression, is longer than max.message.bytes";
            return KafkaErrors.MESSAGE_TOO_LARGE;
        }
        return store(written, 0, written.capacity(), AppendOrigin.CLIENT, leaderEpoch, nowMs, out);
    }

    private short store(
            final DirectBuffer source,
            final int offset,
            final int bytes,
            final AppendOrigin origin,
            final int leaderEpoch,
            final long nowMs,
            final AppendResult out) {
        final RecordBatchFlyweight batch = tools.batch.wrap(source, offset);
        final long base = offsets.logEnd();
        if (batch.hasProducerId()) {
            final short code = producers.check(batch, origin == AppendOrigin.CLIENT);
            if (code != KafkaErrors.NONE) {
                out.errorMessage = producers.reason();
                return code;
            }
            if (producers.isDuplicate()) {
                out.duplicate(
                        producers.duplicateFirstOffset(),
                        producers.duplicateLastOffset(),
                        producers.duplicateTimestamp());
                return KafkaErrors.NONE;
            }
        }
        final boolean stamp = log.settings().rules().logAppendTime();
        // The records and the topic decide, not the client's header.
        final long maxTimestamp = stamp ? nowMs : tools.validator.maxTimestamp();
        final long address = writer.claim(bytes, maxTimestamp, nowMs);
        if (address == 0) {
            out.errorMessage = "the journal cannot be written to";
            return KafkaErrors.KAFKA_STORAGE_ERROR;
        }
        tools.region.wrap(address, bytes);
        source.getBytes(offset, tools.region, 0, bytes);
        batch.wrapMutable(tools.region, 0);
        if (stamp) {
            out.logAppendTimeMs = nowMs;
        }
        batch.stampTimestamp(stamp, maxTimestamp, tools.crc32c);
        publish(batch, base, bytes, leaderEpoch, address, out);
        return KafkaErrors.NONE;
    }

    /** Sets what the log decides, completes the journal entry, and tells readers and listeners. */
    private void publish(
            final RecordBatchFlyweight batch,
            final long base,
            final int bytes,
            final int leaderEpoch,
            final long address,
            final AppendResult out) {
        batch.baseOffset(base);
        // Epochs never go back in a log, whoever is late to learn of a new one.
        final int epoch = Math.max(leaderEpoch, epochs.latest());
        batch.partitionLeaderEpoch(epoch);
        final long last = batch.lastOffset();
        final long maxTimestamp = batch.maxTimestamp();
        final int records = batch.recordCount();
        if (batch.hasProducerId()) {
            producers.appended(batch, base, last);
        }
        epochs.note(epoch, base); // Before anyone can read the batch.
        final Segment active = writer.active();
        final long headerPosition = writer.commit(bytes);
        active.appended(headerPosition, bytes, base, last, maxTimestamp, last);
        if (out.baseOffset < 0) {
            out.baseOffset = base;
        }
        out.lastOffset = last;
        out.recordCount += records;
        offsets.logEnd(last + 1);
        unsyncedRecords += records;
        final LogSettings settings = log.settings();
        if (!settings.syncBeforeAck()) {
            moveHighWatermark(last + 1);
        }
        appendListener.onAppend(log, base, last, address, bytes);
        if (!settings.syncBeforeAck()) {
            highWatermarkListener.onHighWatermark(log, last + 1);
        }
        if (unsyncedRecords >= settings.flushMessages()) {
            requestSync();
        }
    }

    private void moveHighWatermark(final long offset) {
        offsets.highWatermark(offset);
        offsets.lastStable(Math.min(offset, producers.firstOpenOffset(offset)));
    }

    private void requestSync() {
        unsyncedRecords = 0;
        oldestUnsyncedMs = NOTHING_UNSYNCED;
        sync.request();
    }

    int doWork(final long nowMs) {
        checkOwner();
        int work = 0;
        final long durable = sync.durableOffset();
        if (durable > offsets.highWatermark()) {
            moveHighWatermark(durable);
            highWatermarkListener.onHighWatermark(log, durable);
            work++;
        }
        if (unsyncedRecords > 0) {
            if (oldestUnsyncedMs == NOTHING_UNSYNCED) {
                oldestUnsyncedMs = nowMs;
            } else if (nowMs - oldestUnsyncedMs >= log.settings().flushMs()) {
                requestSync();
                work++;
            }
        }
        return work;
    }

    short reserve(final int maxLength, final long nowMs, final ClaimHolder holder) {
        checkOwner();
        completeClaim();
        if (!gate.enter()) {
            return KafkaErrors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        if (!writer.reserve(maxLength, writer.newestTimestamp(), nowMs)) {
            gate.exit();
            return KafkaErrors.KAFKA_STORAGE_ERROR;
        }
        claimedLength = maxLength;
        claimHolder = holder;
        return KafkaErrors.NONE;
    }

    short claimReserved(final UnsafeBuffer region) {
        assert isOwner() && claimedLength != 0 && claimedAddress == 0 : "claim without a reservation";
        claimedAddress = writer.claimReserved(claimedLength);
        if (claimedAddress == 0) {
            endClaim();
            return KafkaErrors.KAFKA_STORAGE_ERROR;
        }
        region.wrap(claimedAddress, claimedLength);
        return KafkaErrors.NONE;
    }

    short claim(final int maxLength, final long nowMs, final UnsafeBuffer region) {
        final short code = reserve(maxLength, nowMs, null);
        return code == KafkaErrors.NONE ? claimReserved(region) : code;
    }

    private void endClaim() {
        claimedAddress = 0;
        claimedLength = 0;
        claimHolder = null;
        gate.exit();
    }

    /** Where the calling thread is the owner and something is reserved, its holder has to end that. */
    void completeClaim() {
        if (claimedLength != 0 && Thread.currentThread() == owner) {
            if (claimHolder == null) {
                throw new IllegalStateException("appended to inside a claim");
            }
            claimHolder.endClaim();
            assert claimedLength == 0 : "the claim goes on";
        }
    }

    /** Before closing: what the closing thread has claimed is ended, or dropped where nobody holds it. */
    void abandonClaim() {
        if (claimHolder == null && claimedLength != 0 && Thread.currentThread() == owner) {
            abort();
        } else {
            completeClaim();
        }
    }

    void commit(final int length, final int leaderEpoch, final long nowMs, final AppendResult out) {
        assert isOwner() && claimedAddress != 0 && length <= claimedLength : "commit of " + length;
        out.reset(offsets.logStart());
        final long base = offsets.logEnd();
        try {
            tools.region.wrap(claimedAddress, length);
            final RecordBatchFlyweight batch = tools.batch.wrapMutable(tools.region, 0);
            if (log.settings().rules().logAppendTime()) {
                out.logAppendTimeMs = nowMs;
                batch.stampTimestamp(true, nowMs, tools.crc32c);
            }
            publish(batch, base, length, leaderEpoch, claimedAddress, out);
        } catch (final RuntimeException | InternalError e) {
            if (out.baseOffset >= 0) {
                throw e; // It is in the journal; what failed is a listener.
            }
            writer.fail(e);
        } finally {
            endClaim();
        }
    }

    void abort() {
        assert isOwner() && claimedLength != 0 : "abort without a claim";
        try {
            if (claimedAddress != 0) {
                writer.abort(claimedLength);
            }
        } catch (final RuntimeException | InternalError e) {
            writer.fail(e);
        } finally {
            endClaim();
        }
    }

    RecordErrors recordErrors() {
        return tools.validator.recordErrors();
    }

    void appendListener(final AppendListener listener) {
        appendListener = listener == null ? NO_APPEND_LISTENER : listener;
    }

    void highWatermarkListener(final HighWatermarkListener listener) {
        highWatermarkListener = listener == null ? NO_HIGH_WATERMARK_LISTENER : listener;
    }
}
