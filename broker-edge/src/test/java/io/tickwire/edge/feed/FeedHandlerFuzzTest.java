package io.tickwire.edge.feed;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tickwire.edge.config.FeedFirst;
import io.tickwire.edge.metrics.ShardStats;
import org.agrona.concurrent.UnsafeBuffer;

/** Any bytes as datagrams: nothing but what the datagram holds is read, and every batch that comes out is well formed. */
class FeedHandlerFuzzTest {
    private static final FeedEvents IGNORED = new FeedEvents() {
        @Override
        public void onGap(
                final String feed,
                final String session,
                final long firstSequence,
                final long count,
                final GapCause cause,
                final long receiveEpochNs) {
            if (count <= 0 || firstSequence < 0) {
                throw new AssertionError("gap of " + count + " at " + firstSequence);
            }
        }

        @Override
        public void onSessionChange(final String feed, final String session, final long firstSequence) {}

        @Override
        public void onEndOfSession(final String feed, final String session, final long nextSequence) {}
    };

    /** The input is a row of datagrams, each after a length byte. */
    @FuzzTest(maxDuration = "30s")
    void anyDatagramsGiveOnlyWellFormedBatches(final byte[] input) {
        feed(input, FeedFirst.JOURNAL);
        feed(input, FeedFirst.RING);
    }

    private static void feed(final byte[] input, final FeedFirst first) {
        final CapturingJournal journal = new CapturingJournal();
        final FeedHandler feed = new FeedHandler(
                "fuzz",
                new MoldUdp64(),
                new Itch50(),
                journal,
                null,
                first,
                () -> 1L,
                IGNORED,
                new FeedCounters(),
                ShardStats.unshared());
        int at = 0;
        while (at < input.length) {
            final int length = Math.min(input[at] & 0xFF, input.length - at - 1);
            final byte[] datagram = new byte[length];
            System.arraycopy(input, at + 1, datagram, 0, length);
            feed.onDatagram(new UnsafeBuffer(datagram), 0, length, 1_700_000_000_000_000_000L, 0, 0);
            at += 1 + length;
        }
        feed.flush();
        if (feed.counters().messages() != journal.records.size()) {
            throw new AssertionError(
                    feed.counters().messages() + " counted, " + journal.records.size() + " journalled");
        }
    }
}
