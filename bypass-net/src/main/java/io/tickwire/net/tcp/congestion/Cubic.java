package io.tickwire.net.tcp.congestion;

/** CUBIC, RFC 9438. Windows are kept in segments as doubles, as the RFC's formulas have them. */
public final class Cubic implements CongestionControl {
    private static final double C = 0.4;
    private static final double BETA = 0.7;
    /** RFC 9438 §4.3: 3 (1 - beta) / (1 + beta). */
    private static final double ALPHA = 3 * (1 - BETA) / (1 + BETA);

    private static final double LARGEST_WINDOW = 1 << 30;
    private static final double NANOS = 1e9;

    private int mssBytes;
    private double window;
    private double threshold;
    private double windowMax;
    private double windowEstimate;
    private double estimateAlpha;
    private double priorWindow;
    private double k;
    private long epochNs;
    private boolean epoch;
    private double windowMaxBefore;
    private double windowEstimateBefore;
    private double priorWindowBefore;
    private boolean epochBefore;

    @Override
    public void reset(int mss, int initialWindowBytes) {
        mssBytes = mss;
        window = (double) initialWindowBytes / mss;
        threshold = LARGEST_WINDOW / mss;
        windowMax = 0;
        priorWindow = 0;
        epoch = false;
    }

    @Override
    public void mss(int mss) {
        final double scale = (double) mssBytes / mss;
        mssBytes = mss;
        window = Math.max(1, window * scale);
        threshold *= scale;
        windowMax *= scale;
        priorWindow *= scale;
        epoch = false;
    }

    @Override
    public void onAcked(int ackedBytes, long smoothedRttNs, long nowNs) {
        final double acked = (double) ackedBytes / mssBytes;
        if (window < threshold) {
            // RFC 9438 §4.10: slow start as RFC 5681, byte counting as RFC 3465.
            window = Math.min(LARGEST_WINDOW / mssBytes, window + Math.min(acked, 2));
            return;
        }
        if (!epoch) {
            beginEpoch(nowNs);
        }
        final double rtt = smoothedRttNs / NANOS;
        final double t = (nowNs - epochNs) / NANOS;
        // RFC 9438 §4.3: the Reno-friendly estimate; alpha is 1 once it has passed the window before the loss.
        if (windowEstimate >= priorWindow) {
            estimateAlpha = 1;
        }
        windowEstimate += estimateAlpha * acked / window;
        final double now = cubic(t);
        if (now < windowEstimate) {
            window = Math.max(window, windowEstimate);
        } else {
            // RFC 9438 §4.4 and §4.5: towards W(t + RTT), at most 1.5 times the window.
            final double target = Math.min(Math.max(cubic(t + rtt), window), 1.5 * window);
            window += (target - window) / window * acked;
        }
        window = Math.min(window, LARGEST_WINDOW / mssBytes);
    }

    private void beginEpoch(long nowNs) {
        epoch = true;
        epochNs = nowNs;
        windowEstimate = window;
        estimateAlpha = ALPHA;
        if (windowMax <= window) {
            // RFC 9438 §4.8/§4.10: no reduction to recover from: start convex.
            windowMax = window;
            priorWindow = Math.max(priorWindow, window);
            k = 0;
        } else {
            // RFC 9438 §4.2: K = cbrt((W_max - cwnd_epoch) / C).
            k = Math.cbrt((windowMax - window) / C);
        }
    }

    private double cubic(double seconds) {
        final double d = seconds - k;
        return C * d * d * d + windowMax;
    }

    @Override
    public void onLoss(int flightBytes, long nowNs) {
        reduce(flightBytes);
    }

    private void reduce(int flightBytes) {
        // RFC 9438 §4.6: computed from the flight size, so that an application-limited window is not kept alive.
        final double flight = Math.min(window, Math.max(1, (double) flightBytes / mssBytes));
        priorWindow = flight;
        // RFC 9438 §4.7: fast convergence.
        windowMax = flight < windowMax ? flight * (1 + BETA) / 2 : flight;
        threshold = Math.max(flight * BETA, 2);
        epoch = false;
    }

    @Override
    public void onTimeout(int flightBytes, boolean first, long nowNs) {
        // RFC 9438 §4.8.
        if (first) {
            windowMaxBefore = windowMax;
            windowEstimateBefore = windowEstimate;
            priorWindowBefore = priorWindow;
            epochBefore = epoch;
            reduce(flightBytes);
        }
        window = 1;
        epoch = false;
    }

    @Override
    public void undoTimeout(int toWindowBytes, int toThresholdBytes) {
        // RFC 9438 §4.9.1. K, the epoch's beginning and alpha have not changed since.
        windowMax = windowMaxBefore;
        windowEstimate = windowEstimateBefore;
        priorWindow = priorWindowBefore;
        epoch = epochBefore;
        windowBytes(toWindowBytes);
        threshold = (double) toThresholdBytes / mssBytes;
    }

    @Override
    public void windowBytes(int bytes) {
        window = Math.max(1, (double) bytes / mssBytes);
    }

    @Override
    public void onIdle(int restartWindowBytes) {
        // RFC 9438 §4.2/§5.8: an application-limited period must not count as time in the epoch.
        epoch = false;
        window = Math.min(window, Math.max(1, (double) restartWindowBytes / mssBytes));
    }

    @Override
    public int windowBytes() {
        return (int) (window * mssBytes);
    }

    @Override
    public int thresholdBytes() {
        return (int) Math.min(LARGEST_WINDOW, threshold * mssBytes);
    }
}
