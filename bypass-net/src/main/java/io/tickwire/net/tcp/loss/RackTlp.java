package io.tickwire.net.tcp.loss;

import io.tickwire.net.tcp.SeqNum;

/** RACK loss detection and tail loss probes, RFC 8985: the state of one connection and the decisions; timers are the caller's. */
public final class RackTlp {
    private static final int DUP_THRESHOLD = 3;
    private static final int MAX_REORDER_MULTIPLIER = 20;
    private static final int REORDER_PERSIST_RECOVERIES = 16;
    private static final long MIN_RTT_WINDOW_NS = 300_000_000_000L;
    private static final long WORST_DELAYED_ACK_NS = 200_000_000L;
    /** Above the timer's and the scheduler's grain, as Linux adds two jiffies. */
    private static final long PROBE_MARGIN_NS = 2_000_000L;

    private static final long NO_RTT_PROBE_NS = 1_000_000_000L;

    private boolean delivered;
    private long latestSentNs;
    private int latestEnd;
    private long latestRttNs;
    private int highestDelivered;
    private boolean reorderingSeen;
    private long minRttNs;
    private long minRttStampNs;
    private int reorderMultiplier;
    private int reorderPersist;
    private boolean dsackRound;
    private int dsackRoundEnd;
    private boolean probing;
    private boolean probeIsRetransmission;
    private int probeEnd;

    /** Starts a connection. */
    public void reset() {
        delivered = false;
        latestSentNs = 0;
        latestEnd = 0;
        latestRttNs = 0;
        highestDelivered = 0;
        reorderingSeen = false;
        minRttNs = Long.MAX_VALUE;
        minRttStampNs = 0;
        reorderMultiplier = 1;
        reorderPersist = REORDER_PERSIST_RECOVERIES;
        dsackRound = false;
        probing = false;
    }

    /**
     * The n-th segment was newly acknowledged or SACKed. RFC 8985 §6.2, steps 1–3.
     *
     * @param echoPrecedes the timestamp echoed is older than the segment's last transmission (the original arrived)
     */
    public void onDelivered(SentSegments segments, int n, boolean echoPrecedes, long nowNs) {
        final long rttNs = Math.max(1, nowNs - segments.sentNs(n));
        final boolean retransmitted = segments.has(n, SentSegments.EVER_RETRANSMITTED);
        final int end = segments.end(n);
        if (!retransmitted) {
            if (rttNs <= minRttNs || nowNs - minRttStampNs > MIN_RTT_WINDOW_NS) {
                minRttNs = rttNs;
                minRttStampNs = nowNs;
            }
        } else if (echoPrecedes || rttNs < minRttNs) {
            // Step 2: ambiguous, probably the original's acknowledgement.
            return;
        }
        if (!delivered || sentAfter(segments.sentNs(n), end, latestSentNs, latestEnd)) {
            latestSentNs = segments.sentNs(n);
            latestEnd = end;
            latestRttNs = rttNs;
        }
        if (!delivered || SeqNum.gt(end, highestDelivered)) {
            highestDelivered = end;
        } else if (SeqNum.lt(end, highestDelivered) && !retransmitted) {
            // Step 3.
            reorderingSeen = true;
        }
        delivered = true;
    }

    private static boolean sentAfter(long sentNs, int end, long otherSentNs, int otherEnd) {
        return sentNs - otherSentNs > 0 || (sentNs == otherSentNs && SeqNum.gt(end, otherEnd));
    }

    /** RFC 8985 §6.2 step 4: a D-SACK widens the reordering window, once per round trip. */
    public void onDuplicateSack(int sndUna, int sndNxt) {
        if (dsackRound && SeqNum.lt(sndUna, dsackRoundEnd)) {
            return;
        }
        dsackRound = true;
        dsackRoundEnd = sndNxt;
        reorderMultiplier = Math.min(MAX_REORDER_MULTIPLIER, reorderMultiplier + 1);
        reorderPersist = REORDER_PERSIST_RECOVERIES;
    }

    /** A recovery ended. After sixteen without D-SACK the window returns to a quarter of the minimum RTT. */
    public void onRecoveryEnd() {
        if (--reorderPersist <= 0) {
            reorderMultiplier = 1;
            reorderPersist = REORDER_PERSIST_RECOVERIES;
        }
    }

    private long reorderWindowNs(SentSegments segments, int mssBytes, long smoothedRttNs, boolean recovering) {
        if (!reorderingSeen && (recovering || segments.sackedBytes() >= DUP_THRESHOLD * mssBytes)) {
            return 0;
        }
        if (minRttNs == Long.MAX_VALUE) {
            return 0;
        }
        return Math.min(reorderMultiplier * (minRttNs / 4), smoothedRttNs);
    }

    /**
     * RFC 8985 §6.2 step 5: marks as lost what was sent well before something that has been delivered.
     *
     * @return nanoseconds after which to look again, 0 if nothing is pending
     */
    public long detectLoss(SentSegments segments, int mssBytes, long smoothedRttNs, boolean recovering, long nowNs) {
        if (!delivered || (segments.sackedBytes() == 0 && segments.retransmittedBytes() == 0)) {
            // All outstanding was sent once and in order after the latest delivered: nothing to judge.
            return 0;
        }
        final long windowNs = reorderWindowNs(segments, mssBytes, smoothedRttNs, recovering);
        long againNs = 0;
        final int size = segments.size();
        for (int n = 0; n < size; n++) {
            final int flags = segments.flags(n);
            if ((flags & SentSegments.SACKED) != 0
                    || (flags & (SentSegments.LOST | SentSegments.RETRANSMITTED)) == SentSegments.LOST
                    || !sentAfter(latestSentNs, latestEnd, segments.sentNs(n), segments.end(n))) {
                continue;
            }
            final long remainingNs = segments.sentNs(n) + latestRttNs + windowNs - nowNs;
            if (remainingNs <= 0) {
                segments.markLost(n);
            } else {
                againNs = Math.max(againNs, remainingNs);
            }
        }
        return againNs;
    }

    /** RFC 8985 §7.2: when to probe the tail, counted from now. */
    public static long probeDelayNs(long smoothedRttNs, boolean oneSegment) {
        if (smoothedRttNs == 0) {
            return NO_RTT_PROBE_NS;
        }
        return 2 * smoothedRttNs + PROBE_MARGIN_NS + (oneSegment ? WORST_DELAYED_ACK_NS : 0);
    }

    /** True while a probe is unanswered: there may be one at a time. */
    public boolean isProbing() {
        return probing;
    }

    /** RFC 8985 §7.3: a probe was sent. */
    public void onProbeSent(boolean retransmission, int sndNxt) {
        probing = true;
        probeIsRetransmission = retransmission;
        probeEnd = sndNxt;
    }

    /** The RTO fired, or recovery began by other means. */
    public void cancelProbe() {
        probing = false;
    }

    /**
     * RFC 8985 §7.4.2: what an acknowledgement says about the probe.
     *
     * @return true if the probe repaired a loss, which congestion control must then hear of
     */
    public boolean onProbeAck(int ack, boolean duplicateSack, boolean duplicateAckWithoutSack) {
        if (!probing || SeqNum.lt(ack, probeEnd)) {
            return false;
        }
        if (!probeIsRetransmission || duplicateSack) {
            probing = false;
        } else if (SeqNum.gt(ack, probeEnd)) {
            probing = false;
            return true;
        } else if (duplicateAckWithoutSack) {
            probing = false;
        }
        return false;
    }
}
