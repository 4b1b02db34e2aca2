package io.tickwire.edge.share;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.server.share.acknowledge.ShareAcknowledgementBatch;

/** A share partition over a log that a test describes by the first and last offsets of its batches. */
final class ShareFixture implements ShareSettings {
    static final byte ACCEPT = 1;
    static final byte RELEASE = 2;
    static final byte REJECT = 3;
    static final byte RENEW = 4;

    final SharePartition partition = new SharePartition(this);
    final FetchedBatches fetched = new FetchedBatches();
    private final List<long[]> log = new ArrayList<>();
    int deliveryLimit = 5;
    int maxLocks = 2000;
    long lockNs = 1000;
    boolean renew = true;
    boolean recordLimit;
    boolean readCommitted;
    int batchSize = 500;
    long nowNs;

    ShareFixture() {
        partition.load(0, 0, List.of());
    }

    @Override
    public int deliveryCountLimit() {
        return deliveryLimit;
    }

    @Override
    public int maxRecordLocks() {
        return maxLocks;
    }

    @Override
    public long lockDurationNs() {
        return lockNs;
    }

    @Override
    public boolean renewEnabled() {
        return renew;
    }

    /** Appends batches of so many records each. */
    ShareFixture log(int... recordCounts) {
        for (int count : recordCounts) {
            long next = log.isEmpty() ? 0 : log.getLast()[1] + 1;
            log.add(new long[] {next, next + count - 1});
        }
        return this;
    }

    /** Appends nothing, but leaves offsets out as compaction does. */
    ShareFixture hole(int offsets) {
        long next = log.isEmpty() ? 0 : log.getLast()[1] + 1;
        log.add(new long[] {next + offsets, next + offsets - 1});
        return this;
    }

    /** Fetches as a member does, with a limit; what was acquired as {@code first-last:deliveries}. */
    String fetch(String member, int maxRecords) {
        long offset = partition.nextFetchOffset();
        fetched.clear();
        for (long[] batch : log) {
            if (batch[1] >= offset && batch[0] <= batch[1]) {
                fetched.add(batch[0], batch[1], -1, FetchedBatches.Kind.PLAIN);
            }
        }
        return acquire(member, maxRecords, offset);
    }

    String acquire(String member, int maxRecords, long fetchOffset) {
        if (!partition.canAcquire()) {
            return "full";
        }
        List<AcquiredRecords> acquired = partition.acquire(
                new AcquireRequest(member, recordLimit, batchSize, maxRecords, fetchOffset),
                fetched,
                readCommitted,
                nowNs);
        StringJoiner text = new StringJoiner(" ");
        acquired.forEach(
                range -> text.add(range.firstOffset() + "-" + range.lastOffset() + ":" + range.deliveryCount()));
        return text.toString();
    }

    static ShareAcknowledgementBatch ack(long first, long last, int... types) {
        List<Byte> all = new ArrayList<>();
        for (int type : types) {
            all.add((byte) type);
        }
        return new ShareAcknowledgementBatch(first, last, all);
    }

    /** Acknowledges, and the change is written down. */
    StateChange acknowledge(String member, long first, long last, int... types) {
        StateChange change = partition.acknowledge(member, List.of(ack(first, last, types)), nowNs);
        partition.commit(change);
        return change;
    }

    /** What a change says is to be written down, as {@code first-last:state:deliveries}. */
    static String text(StateChange change) {
        StringJoiner text = new StringJoiner(" ");
        change.batches()
                .forEach(batch -> text.add(batch.firstOffset() + "-" + batch.lastOffset() + ":" + batch.deliveryState()
                        + ":" + batch.deliveryCount()));
        return text.toString();
    }
}
