package io.tickwire.storage.crash;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.kafka.record.Crc32C;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.kafka.record.RecordCursor;
import io.tickwire.storage.log.AppendOrigin;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.Isolation;
import io.tickwire.storage.log.LogSlices;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.producer.ProducerInfo;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads one log from its start and holds everything against what was acknowledged: records, offsets, producers, transactions, the last value
 * of each key. Anything that is wrong is an {@link IllegalStateException}.
 */
final class LogVerifier {
    private static final int READ_BYTES = 1 << 20;
    private static final int NONE = -1;

    /** A control record's key: version 2, type 2; type 0 is abort. */
    private static final int CONTROL_TYPE_AT = 2;

    private final PartitionLog log;
    private final boolean compacted;
    private final Acknowledged acknowledged;
    private final int number;
    private final KnownRecords known = new KnownRecords();
    private final LogSlices slices = new LogSlices(1_024);
    private final RecordBatchFlyweight batch = new RecordBatchFlyweight();
    private final RecordCursor cursor = new RecordCursor();
    private final Crc32C crc32c = new Crc32C();
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    /** Number after the last one of each producer that was met, and first offset of its transaction that no marker ended. */
    private final long[] next = new long[KnownRecords.PRODUCERS];

    private final long[] openSince = new long[KnownRecords.PRODUCERS];
    private final long[][] latest = new long[KnownRecords.PRODUCERS][KnownRecords.KEYS];
    private final Set<Long> visible = new HashSet<>();
    private long expectedOffset = NONE;
    private long records;

    LogVerifier(PartitionLog log, int number, Acknowledged acknowledged) {
        this.log = log;
        this.number = number;
        this.compacted = number == CrashLogs.COMPACTED;
        this.acknowledged = acknowledged;
    }

    /** Checks everything. */
    LogVerifier verify() {
        Arrays.fill(next, NONE);
        Arrays.fill(openSince, NONE);
        Arrays.stream(latest).forEach(keys -> Arrays.fill(keys, NONE));
        check(
                log.logEndOffset() >= acknowledged.endOffset(number),
                "ends at " + log.logEndOffset() + ", acknowledged was " + acknowledged.endOffset(number));
        check(
                log.logStartOffset() >= acknowledged.startOffset(number),
                "starts at " + log.logStartOffset() + ", acknowledged was " + acknowledged.startOffset(number));
        read(Isolation.LOG_END, log.logEndOffset());
        check(compacted || records == 0 || expectedOffset == log.logEndOffset(), "last offset " + expectedOffset);
        checkProducers();
        if (compacted) {
            checkLatestValues();
        }
        consumeCommitted();
        retryLastBatches();
        return this;
    }

    private void check(boolean right, String what) {
        if (!right) {
            throw new IllegalStateException(log.key().topic() + ": " + what);
        }
    }

    private void read(Isolation isolation, long end) {
        long at = log.logStartOffset();
        PriorityQueue<long[]> aborted = new PriorityQueue<>(Comparator.comparingLong(t -> t[0]));
        Set<Long> abortedIds = new HashSet<>();
        while (at < end) {
            short error = log.read(at, READ_BYTES, true, isolation, slices);
            check(error == KafkaErrors.NONE, "read at " + at + ": error " + error);
            check(slices.nextOffset() > at, "read at " + at + " returned nothing before the end " + end);
            aborted.clear();
            abortedIds.clear();
            for (int i = 0; i < slices.abortedCount(); i++) {
                aborted.add(new long[] {slices.abortedFirstOffset(i), slices.abortedProducerId(i)});
            }
            for (int i = 0; i < slices.count(); i++) {
                view.wrap(slices.address(i), slices.length(i));
                for (int position = 0; position < slices.length(i); position += batch.sizeInBytes()) {
                    batch.wrap(view, position);
                    check(batch.crcMatches(crc32c), "CRC of the batch at " + batch.baseOffset());
                    cursor.wrap(view, position, batch.sizeInBytes());
                    if (isolation == Isolation.COMMITTED) {
                        consumed(aborted, abortedIds);
                    } else {
                        stored();
                    }
                }
            }
            at = slices.nextOffset();
            slices.release();
        }
    }

    /** One batch as it is in the log. */
    private void stored() {
        long base = batch.baseOffset();
        check(
                expectedOffset < 0 || (compacted ? base >= expectedOffset : base == expectedOffset),
                "batch at " + base + " where " + expectedOffset + " was expected");
        expectedOffset = batch.lastOffset() + 1;
        int producer = KnownRecords.producer(batch.producerId());
        if (batch.isControl()) {
            marker(producer);
            return;
        }
        // Compaction leaves an empty batch for the producer's sake, also where the transaction's marker is gone.
        if (batch.isTransactional() && batch.recordCount() > 0 && openSince[producer] < 0) {
            openSince[producer] = base;
        }
        boolean numbered = producer != KnownRecords.PLAIN;
        if (numbered) {
            continuesAt(producer, batch.baseSequence(), base);
            next[producer] = batch.baseSequence() + batch.lastOffsetDelta() + 1L;
        }
        while (cursor.next()) {
            long n = numbered ? batch.baseSequence() + cursor.offset() - base : KnownRecords.numberOf(cursor);
            if (!numbered) {
                continuesAt(producer, n, cursor.offset());
                next[producer] = n + 1;
            }
            String wrong = known.verify(cursor, producer, n);
            check(wrong == null, wrong);
            if (!KnownRecords.isAborted(producer, n)) {
                latest[producer][(int) (n % KnownRecords.KEYS)] = n;
                if (cursor.offset() >= log.logStartOffset()) { // DeleteRecords may have moved it into a batch.
                    visible.add(cursor.offset());
                }
            }
            records++;
        }
        check(!cursor.isMalformed(), "records of the batch at " + base);
    }

    private void continuesAt(int producer, long found, long offset) {
        check(
                next[producer] < 0 || (compacted ? found >= next[producer] : found == next[producer]),
                "offset " + offset + ": producer " + producer + " number " + found + ", expected " + next[producer]);
    }

    private void marker(int producer) {
        check(cursor.next(), "empty control batch at " + batch.baseOffset());
        boolean aborts = view.getShort(cursor.keyOffset() + CONTROL_TYPE_AT, ByteOrder.BIG_ENDIAN) == 0;
        check(
                compacted || next[producer] < 0 || aborts == KnownRecords.isAborted(producer, next[producer] - 1),
                "kind of the marker at " + batch.baseOffset());
        openSince[producer] = NONE;
    }

    private void checkProducers() {
        long stable = log.highWatermark();
        boolean[] found = new boolean[KnownRecords.PRODUCERS];
        for (ProducerInfo info : log.producers()) {
            int producer = KnownRecords.producer(info.producerId());
            found[producer] = true;
            check(
                    next[producer] < 0 || next[producer] == info.lastSequence() + 1L,
                    "producer " + producer + ": last sequence " + info.lastSequence() + ", the log has "
                            + (next[producer] - 1));
            next[producer] = info.lastSequence() + 1L;
            boolean open = info.transactionFirstOffset() >= 0;
            check(
                    openSince[producer] < 0 ? !open || info.transactionFirstOffset() < log.logStartOffset() : open,
                    "producer " + producer + ": open transaction " + info.transactionFirstOffset() + ", the log has "
                            + openSince[producer]);
            if (open) {
                stable = Math.min(stable, info.transactionFirstOffset());
                check(
                        openSince[producer] == info.transactionFirstOffset()
                                || info.transactionFirstOffset() < log.logStartOffset(),
                        "producer " + producer + ": its transaction begins at " + info.transactionFirstOffset()
                                + ", in the log at " + openSince[producer]);
            }
        }
        for (int producer = 0; producer < KnownRecords.PRODUCERS; producer++) {
            Acknowledged.LastBatch last = acknowledged.batch(number, producer);
            if (last != null) {
                check(producer == KnownRecords.PLAIN || found[producer], "producer " + producer + " is not known");
                if (producer == KnownRecords.PLAIN && next[producer] < 0) {
                    next[producer] = last.nextNumber(); // Retention has taken all of them.
                }
                check(
                        next[producer] >= last.nextNumber(),
                        "producer " + producer + " is at " + next[producer] + ", acknowledged was "
                                + last.nextNumber());
            }
            next[producer] = Math.max(next[producer], 0);
        }
        check(
                log.lastStableOffset() == Math.max(stable, log.logStartOffset()),
                "last stable offset " + log.lastStableOffset() + ", expected " + stable);
    }

    /** The last record of each key is there, and no older one is taken for it. */
    private void checkLatestValues() {
        for (int producer = 0; producer < KnownRecords.PRODUCERS; producer++) {
            for (int key = 0; key < KnownRecords.KEYS; key++) {
                long last = next[producer] - 1 - Math.floorMod(next[producer] - 1 - key, KnownRecords.KEYS);
                while (last >= 0 && KnownRecords.isAborted(producer, last)) {
                    last -= KnownRecords.KEYS;
                }
                if (last >= 0) {
                    boolean gone = latest[producer][key] < 0 && KnownRecords.isTombstone(producer, last);
                    check(
                            gone || latest[producer][key] == last,
                            "producer " + producer + " key " + key + ": number " + latest[producer][key] + " where "
                                    + last + " was expected");
                }
            }
        }
    }

    /** What a read_committed consumer gets is what was committed, all of it. */
    private void consumeCommitted() {
        visible.removeIf(offset -> offset >= log.lastStableOffset());
        read(Isolation.COMMITTED, log.lastStableOffset());
        check(visible.isEmpty(), visible.size() + " committed records were not delivered");
    }

    private void consumed(PriorityQueue<long[]> aborted, Set<Long> abortedIds) {
        while (!aborted.isEmpty() && aborted.peek()[0] <= batch.lastOffset()) {
            abortedIds.add(aborted.poll()[1]);
        }
        if (batch.isControl()) {
            check(cursor.next(), "empty control batch at " + batch.baseOffset());
            if (view.getShort(cursor.keyOffset() + CONTROL_TYPE_AT, ByteOrder.BIG_ENDIAN) == 0) {
                abortedIds.remove(batch.producerId());
            }
        } else if (!batch.isTransactional() || !abortedIds.contains(batch.producerId())) {
            while (cursor.next()) {
                check(
                        visible.remove(cursor.offset()) || cursor.offset() < log.logStartOffset(),
                        "offset " + cursor.offset() + " was not committed");
            }
        }
    }

    /** The log knows what it has acknowledged last: nothing is appended twice. */
    private void retryLastBatches() {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[KnownRecords.MAX_BATCH_BYTES]);
        AppendResult result = new AppendResult();
        for (int producer = 0; producer < KnownRecords.PRODUCERS; producer++) {
            Acknowledged.LastBatch last = acknowledged.batch(number, producer);
            if (producer != KnownRecords.PLAIN && last != null) {
                long nowMs = System.currentTimeMillis();
                int length = known.encode(buffer, producer, last.number(), last.records(), nowMs);
                short error = log.append(buffer, 0, length, AppendOrigin.CLIENT, 0, nowMs, result);
                check(
                        error == KafkaErrors.NONE && result.isDuplicate() && result.baseOffset() == last.firstOffset(),
                        "retry of producer " + producer + " number " + last.number() + ": error " + error + ", offset "
                                + result.baseOffset() + ", acknowledged was " + last.firstOffset());
            }
        }
    }

    /** Number of the next record of a producer, for {@link #verify} to have found. */
    long nextNumber(int producer) {
        return next[producer];
    }

    /** Records read and compared. */
    long records() {
        return records;
    }
}
