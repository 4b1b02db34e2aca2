package io.tickwire.edge.share;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.server.share.persister.PersisterStateBatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random members, clocks, failing writes and restarts against a model that knows each record by itself. Replay with the seed
 * in a test's name.
 */
class SharePartitionModelTest {
    /** A longer run: -Dtickwire.share.steps=20000. */
    private static final int STEPS = Integer.getInteger("tickwire.share.steps", 1200);

    private static final String[] MEMBERS = {"a", "b", "c"};

    private enum State {
        FREE,
        HELD,
        SETTLED
    }

    /** One record. */
    private static final class Known {
        private State state = State.FREE;
        private String member;
        private int deliveries;
        private long lockEndNs;
    }

    private final ShareFixture share = new ShareFixture();
    private final TreeMap<Long, Known> model = new TreeMap<>();
    /** What is written down, by offset: state and deliveries. */
    private final TreeMap<Long, PersisterStateBatch> written = new TreeMap<>();

    private final List<long[]> log = new ArrayList<>();
    private SharePartition partition = share.partition;
    private long writtenStart;
    private long logEnd;
    private SplittableRandom random;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void everyRecordIsOneMembersAtATimeAndSettledOnce(long seed) {
        random = new SplittableRandom(seed);
        share.deliveryLimit = 2 + random.nextInt(5);
        share.maxLocks = 10 + random.nextInt(60);
        share.recordLimit = random.nextBoolean();
        share.batchSize = 1 + random.nextInt(20);
        for (int step = 0; step < STEPS; step++) {
            switch (random.nextInt(10)) {
                case 0, 1 -> append();
                case 2, 3, 4 -> fetch(MEMBERS[random.nextInt(MEMBERS.length)]);
                case 5, 6, 7 -> acknowledge(MEMBERS[random.nextInt(MEMBERS.length)]);
                case 8 -> rest();
                default -> turmoil();
            }
            check();
        }
        settleEverything();
    }

    private void append() {
        int count = 1 + random.nextInt(12);
        log.add(new long[] {logEnd, logEnd + count - 1});
        logEnd += count;
    }

    private void fetch(String member) {
        if (!partition.canAcquire()) {
            return;
        }
        long offset = partition.nextFetchOffset();
        share.fetched.clear();
        int batches = 1 + random.nextInt(5);
        for (long[] batch : log) {
            if (batch[1] >= offset && batches-- > 0) {
                share.fetched.add(batch[0], batch[1], -1, FetchedBatches.Kind.PLAIN);
            }
        }
        int most = 1 + random.nextInt(15);
        List<AcquiredRecords> acquired = partition.acquire(
                new AcquireRequest(member, share.recordLimit, share.batchSize, most, offset),
                share.fetched,
                false,
                share.nowNs);
        long count = 0;
        long before = -1;
        for (AcquiredRecords range : acquired) {
            assertTrue(range.firstOffset() > before, "ranges rise");
            before = range.lastOffset();
            for (long at = range.firstOffset(); at <= range.lastOffset(); at++) {
                hold(at, member, range.deliveryCount());
                count++;
            }
        }
        assertTrue(!share.recordLimit || count <= most, "the record limit is hard");
        assertTrue(offset >= logEnd || !acquired.isEmpty(), "there was something at " + offset);
    }

    private void hold(long offset, String member, int deliveries) {
        Known known = model.computeIfAbsent(offset, at -> new Known());
        assertTrue(offset >= 0 && offset < logEnd, "only records of the log");
        assertEquals(State.FREE, known.state, "record " + offset);
        assertEquals(known.deliveries + 1, deliveries, "deliveries of " + offset);
        assertTrue(deliveries <= share.deliveryLimit);
        known.state = State.HELD;
        known.member = member;
        known.deliveries = deliveries;
        known.lockEndNs = share.nowNs + share.lockNs;
    }

    private void acknowledge(String member) {
        long first = -1;
        long last = -1;
        for (Map.Entry<Long, Known> entry :
                model.tailMap(partition.startOffset()).entrySet()) {
            boolean mine = entry.getValue().state == State.HELD
                    && entry.getValue().member.equals(member);
            if (mine && first < 0 && random.nextInt(3) > 0) {
                first = entry.getKey();
            }
            if (first >= 0 && (!mine || entry.getKey() != Math.max(first, last + 1) || random.nextInt(8) == 0)) {
                break;
            }
            last = first >= 0 ? entry.getKey() : -1;
        }
        if (last < 0) {
            return;
        }
        int[] types = new int[random.nextBoolean() ? 1 : (int) (last - first + 1)];
        for (int i = 0; i < types.length; i++) {
            types[i] = random.nextInt(5);
        }
        StateChange change = partition.acknowledge(member, List.of(ShareFixture.ack(first, last, types)), share.nowNs);
        boolean lost = random.nextInt(10) == 0;
        if (lost) {
            partition.rollback(change, share.nowNs);
        } else {
            write(change);
            partition.commit(change);
        }
        for (long at = first; at <= last; at++) {
            int type = types[types.length == 1 ? 0 : (int) (at - first)];
            if (type == ShareFixture.RENEW) {
                model.get(at).lockEndNs = share.nowNs + share.lockNs;
            } else if (!lost) {
                settle(model.get(at), type == ShareFixture.RELEASE);
            } else if (model.get(at).lockEndNs <= share.nowNs) {
                settle(model.get(at), true);
            }
        }
    }

    private void settle(Known known, boolean release) {
        known.state = release && known.deliveries < share.deliveryLimit ? State.FREE : State.SETTLED;
        known.member = null;
    }

    private void write(StateChange change) {
        writtenStart = partition.startOffset();
        written.headMap(writtenStart).clear();
        for (PersisterStateBatch batch : change.batches()) {
            for (long at = batch.firstOffset(); at <= batch.lastOffset(); at++) {
                written.put(at, new PersisterStateBatch(at, at, batch.deliveryState(), batch.deliveryCount()));
            }
        }
    }

    /** Time passes, and locks run out. */
    private void rest() {
        share.nowNs += random.nextInt(700);
        long due = partition.earliestLockEndNs();
        boolean held =
                model.values().stream().anyMatch(known -> known.state == State.HELD && known.lockEndNs <= share.nowNs);
        assertTrue(!held || due <= share.nowNs, "a lock runs out before it is due");
        StateChange change = partition.expire(share.nowNs);
        write(change);
        partition.commit(change);
        model.values().stream()
                .filter(known -> known.state == State.HELD && known.lockEndNs <= share.nowNs)
                .forEach(known -> settle(known, true));
    }

    private void turmoil() {
        switch (random.nextInt(4)) {
            case 0 -> leave(MEMBERS[random.nextInt(MEMBERS.length)]);
            case 1 -> restart();
            case 2 -> strangeAcknowledgement();
            default -> {}
        }
    }

    private void leave(String member) {
        StateChange change = partition.release(member, share.nowNs);
        write(change);
        partition.commit(change);
        model.values().stream()
                .filter(known -> known.state == State.HELD && known.member.equals(member))
                .forEach(known -> settle(known, true));
    }

    /** What was not written down is forgotten. */
    private void restart() {
        partition = new SharePartition(share);
        partition.load(writtenStart, 1, new ArrayList<>(written.values()));
        model.forEach((offset, known) -> {
            PersisterStateBatch batch = written.get(offset);
            boolean settled = offset < writtenStart || (batch != null && Delivery.isTerminal(batch.deliveryState()));
            known.state = settled ? State.SETTLED : State.FREE;
            known.deliveries = batch == null ? 0 : batch.deliveryCount();
        });
    }

    private void strangeAcknowledgement() {
        long first = Math.max(0, partition.startOffset() - 5 + random.nextInt(30));
        long last = first + random.nextInt(10);
        try {
            StateChange change = partition.acknowledge(
                    "nobody", List.of(ShareFixture.ack(first, last, 1 + random.nextInt(3))), share.nowNs);
            assertTrue(change.isEmpty(), "a stranger settles nothing");
            partition.commit(change);
        } catch (InvalidRecordStateException | InvalidRequestException e) {
            assertTrue(e.getMessage() != null);
        }
    }

    private void check() {
        long firstOpen = model.entrySet().stream()
                .filter(entry -> entry.getValue().state != State.SETTLED)
                .mapToLong(Map.Entry::getKey)
                .findFirst()
                .orElse(Long.MAX_VALUE);
        assertTrue(partition.startOffset() <= firstOpen, "the start has passed an open record");
        assertTrue(partition.endOffset() <= logEnd, "nothing behind the log");
    }

    /** One patient member takes what is left: in the end all is settled. */
    private void settleEverything() {
        share.nowNs += share.lockNs;
        rest();
        for (int round = 0; partition.startOffset() < logEnd; round++) {
            assertTrue(round < 100_000, "not settled: from " + partition.startOffset() + " of " + logEnd);
            fetch("a");
            for (Map.Entry<Long, Known> entry : model.entrySet()) {
                if (entry.getValue().state == State.HELD) {
                    share.nowNs++;
                    StateChange change = partition.acknowledge(
                            "a",
                            List.of(ShareFixture.ack(entry.getKey(), entry.getKey(), ShareFixture.ACCEPT)),
                            share.nowNs);
                    partition.commit(change);
                    entry.getValue().state = State.SETTLED;
                }
            }
        }
        assertEquals(0, partition.inFlightCount());
    }
}
