package io.tickwire.edge.feed;

import io.tickwire.edge.shm.PublisherPort;
import io.tickwire.edge.shm.SharedRecord;
import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.kafka.record.HeaderBlock;
import io.tickwire.kafka.record.RecordBatchEncoder;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.PartitionLog;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One publisher in shared memory, on the shard that owns its partition: takes requests, appends each as a batch of its own, checked as a
 * Produce request's, and answers in their order once the records are behind the high watermark. Allocates nothing but for requests
 * longer than any before.
 *
 * <p>The control thread makes it and closes it; in between it belongs to the shard that has claimed it.
 */
final class PublishSession {
    private static final int REQUESTS_PER_TURN = 64;
    private static final int NEWEST_PRODUCE_VERSION = PartitionLog.NEWEST_PRODUCE_VERSION;
    private static final int BATCH_OVERHEAD_BYTES = 128;
    private static final int MAX_HEADERS_BYTES = 64 * 1024;
    private static final long NS_PER_MS = 1_000_000L;

    private final PublisherPort port;
    private final PublishCounters counters;
    private final AtomicBoolean claimed = new AtomicBoolean();
    private final RecordBatchEncoder encoder = new RecordBatchEncoder();
    private final HeaderBlock headers = new HeaderBlock(MAX_HEADERS_BYTES);
    private final AppendResult result = new AppendResult();
    private final UnsafeBuffer scratch;
    private final long[] offsets;
    private final long[] appendTimes;
    private final short[] errors;
    private PartitionLog log;
    private int leaderEpoch;
    private long answered;
    private volatile boolean abandoned;
    private volatile boolean finished;

    PublishSession(final PublisherPort port, final PublishCounters counters) {
        this.port = port;
        this.counters = counters;
        offsets = new long[port.slots()];
        appendTimes = new long[port.slots()];
        errors = new short[port.slots()];
        scratch = new UnsafeBuffer(new byte[port.maxBodyBytes() + BATCH_OVERHEAD_BYTES]);
    }

    PublisherPort port() {
        return port;
    }

    /** Takes it; true for one caller only. Any thread. */
    boolean claim() {
        return !claimed.getAndSet(true);
    }

    /** The publisher's process is gone: what it has committed is still appended. Control thread. */
    void abandon() {
        abandoned = true;
    }

    /** Whether the shard has let go of it. */
    boolean isFinished() {
        return finished;
    }

    PartitionLog log() {
        return log;
    }

    /** Requests are taken from now on. The shard that has claimed it, as all below. */
    void begin(final PartitionLog owned, final int epoch, final long generation, final long nowNs) {
        log = owned;
        leaderEpoch = epoch;
        port.accept(generation, nowNs);
    }

    int doWork(final long nowMs) {
        int work = 0;
        int next = PublisherPort.EMPTY;
        // Asked before the last look: what was committed before the end is seen.
        final boolean last = abandoned;
        while (work < REQUESTS_PER_TURN && port.taken() - answered < offsets.length) {
            next = port.next();
            if (next != PublisherPort.REQUEST) {
                break;
            }
            append(nowMs);
            work++;
        }
        if (work > 0) {
            port.release();
            counters.requests().add(work);
        }
        work += answer();
        if (next == PublisherPort.BROKEN || port.isBroken()) {
            counters.broken().increment();
            finish(KafkaErrors.INVALID_REQUEST);
        } else if (next == PublisherPort.LEFT || (last && next == PublisherPort.EMPTY && work == 0)) {
            finish(KafkaErrors.NONE);
        }
        return work;
    }

    private void append(final long nowMs) {
        final int at = (int) (port.taken() & (offsets.length - 1));
        appendTimes[at] = -1;
        offsets[at] = -1;
        final short error = append(port.request(), nowMs);
        errors[at] = error;
        if (error == KafkaErrors.NONE) {
            offsets[at] = result.baseOffset();
            appendTimes[at] = result.logAppendTimeMs();
        } else {
            counters.refused().increment();
        }
    }

    private short append(final SharedRecord request, final long nowMs) {
        if (request.headersLength() > 0 && !loadHeaders(request)) {
            return KafkaErrors.INVALID_RECORD;
        }
        final long timestampMs = Math.floorDiv(request.exchangeNs(), NS_PER_MS);
        encoder.begin(scratch, 0, scratch.capacity());
        final int length = encoder.append(
                timestampMs == 0 ? nowMs : timestampMs,
                request.buffer(),
                request.keyIndex(),
                request.hasKey() ? request.keyLength() : RecordBatchEncoder.NULL_LENGTH,
                request.buffer(),
                request.valueIndex(),
                request.hasValue() ? request.valueLength() : RecordBatchEncoder.NULL_LENGTH,
                request.headersLength() > 0 ? headers : HeaderBlock.EMPTY);
        return length == RecordBatchEncoder.INSUFFICIENT_SPACE
                ? KafkaErrors.MESSAGE_TOO_LARGE
                : log.appendProduced(scratch, 0, encoder.finish(), NEWEST_PRODUCE_VERSION, leaderEpoch, nowMs, result);
    }

    private boolean loadHeaders(final SharedRecord request) {
        final long count = request.feedSequence();
        return count > 0
                && count <= request.headersLength()
                && headers.load(request.buffer(), request.headersIndex(), request.headersLength(), (int) count);
    }

    private int answer() {
        final long highWatermark = log.highWatermark();
        int count = 0;
        while (answered < port.taken()) {
            final long number = answered + 1;
            final int at = (int) (number & (offsets.length - 1));
            if (errors[at] == KafkaErrors.NONE && offsets[at] >= highWatermark) {
                break;
            }
            port.answer(number, offsets[at], errors[at], appendTimes[at]);
            answered = number;
            count++;
        }
        return count;
    }

    /** No more requests are taken; the control thread takes the file away. */
    void finish(final short error) {
        port.refuse(error);
        finished = true;
    }
}
