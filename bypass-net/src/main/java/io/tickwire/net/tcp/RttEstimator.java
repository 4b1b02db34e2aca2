package io.tickwire.net.tcp;

/** Smoothed round-trip time and retransmission timeout. RFC 6298; clock granularity G is one nanosecond. */
final class RttEstimator {
    private static final int MAX_BACKOFF = 16;

    private final long initialRtoNs;
    private final long minRtoNs;
    private final long maxRtoNs;
    private long smoothedNs;
    private long variationNs;
    private long rtoNs;
    private long smoothedBeforeNs;
    private long variationBeforeNs;
    private int backoff;

    RttEstimator(TcpSettings settings) {
        initialRtoNs = settings.initialRtoNs;
        minRtoNs = settings.minRtoNs;
        maxRtoNs = settings.maxRtoNs;
        reset();
    }

    void reset() {
        smoothedNs = 0;
        variationNs = 0;
        backoff = 0;
        rtoNs = initialRtoNs;
    }

    /** Takes a sample; the caller has excluded ambiguous ones (RFC 6298 §3, Karn). */
    void sample(long rttNs) {
        final long measuredNs = Math.max(1, rttNs);
        if (smoothedNs == 0) {
            // RFC 6298 §2.2.
            smoothedNs = measuredNs;
            variationNs = measuredNs / 2;
        } else {
            // RFC 6298 §2.3: beta = 1/4, alpha = 1/8, variation first.
            variationNs += (Math.abs(smoothedNs - measuredNs) - variationNs) / 4;
            smoothedNs += (measuredNs - smoothedNs) / 8;
            smoothedNs = Math.max(1, smoothedNs);
        }
        setRto();
    }

    private void setRto() {
        rtoNs = clamp(smoothedNs + Math.max(1, 4 * variationNs));
        // RFC 6298 §5.7 note: a new sample collapses the back-off.
        backoff = 0;
    }

    /** RFC 4015 §3.2 step 0: a timeout, which may prove not to have been needed. */
    void remember() {
        smoothedBeforeNs = smoothedNs;
        variationBeforeNs = variationNs;
    }

    /** RFC 4015 §3.2 step 11: the first sample of data sent after a timeout that was not needed; the timer becomes more patient. */
    void adapt(long rttNs) {
        smoothedNs = Math.max(Math.max(1, smoothedBeforeNs), rttNs);
        variationNs = Math.max(variationBeforeNs, rttNs / 2);
        setRto();
    }

    /** RFC 6298 §5.5: double. */
    void backOff() {
        if (backoff < MAX_BACKOFF) {
            backoff++;
        }
    }

    /** Progress without a usable sample also ends the back-off, as Linux does. */
    void progress() {
        backoff = 0;
    }

    /** RFC 6298 §5.7: the SYN timed out, so data starts with at least three seconds. */
    void synTimedOut() {
        backoff = 0;
        if (smoothedNs == 0) {
            rtoNs = Math.max(rtoNs, Math.min(3 * initialRtoNs, maxRtoNs));
        }
    }

    /** Current timeout, back-off included. */
    long rtoNs() {
        final long backedOff = rtoNs << backoff;
        return backedOff > maxRtoNs || backedOff <= 0 ? maxRtoNs : backedOff;
    }

    /** Smoothed RTT; 0 before the first sample. */
    long smoothedNs() {
        return smoothedNs;
    }

    long variationNs() {
        return variationNs;
    }

    int backoff() {
        return backoff;
    }

    private long clamp(long valueNs) {
        return Math.min(maxRtoNs, Math.max(minRtoNs, valueNs));
    }
}
