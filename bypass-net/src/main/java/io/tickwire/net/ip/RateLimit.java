package io.tickwire.net.ip;

/** Token bucket: at most so many per second, with a burst of a tenth of a second's worth. */
public final class RateLimit {
    private static final long SECOND_NS = 1_000_000_000L;

    private final long costNs;
    private final long burstNs;
    private long creditNs;
    private long lastNs;
    private boolean started;

    /** Creates a full bucket. */
    public RateLimit(int perSecond) {
        costNs = SECOND_NS / Math.max(1, perSecond);
        burstNs = Math.max(costNs, SECOND_NS / 10);
        creditNs = burstNs;
    }

    /** Takes one token if there is one. */
    public boolean tryAcquire(long nowNs) {
        if (started) {
            creditNs = Math.min(burstNs, creditNs + Math.max(0, nowNs - lastNs));
        }
        started = true;
        lastNs = nowNs;
        if (creditNs < costNs) {
            return false;
        }
        creditNs -= costNs;
        return true;
    }
}
