package io.tickwire.net.tcp.congestion;

/** RFC 5681 with the byte counting of RFC 3465 (L = 2); the partial-acknowledgement rules of RFC 6582 are in the sender. */
public final class NewReno implements CongestionControl {
    private static final int LARGEST_WINDOW = 1 << 30;

    private int mssBytes;
    private int windowBytes;
    private int thresholdBytes;
    private int creditBytes;

    @Override
    public void reset(int mss, int initialWindowBytes) {
        mssBytes = mss;
        windowBytes = initialWindowBytes;
        thresholdBytes = LARGEST_WINDOW;
        creditBytes = 0;
    }

    @Override
    public void mss(int mss) {
        mssBytes = mss;
        windowBytes = Math.max(windowBytes, mss);
    }

    @Override
    public void onAcked(int ackedBytes, long smoothedRttNs, long nowNs) {
        if (windowBytes < thresholdBytes) {
            // RFC 5681 §3.1 (2) as amended by RFC 3465 §2.2: at most 2*SMSS per ACK.
            windowBytes = Math.min(LARGEST_WINDOW, windowBytes + Math.min(ackedBytes, 2 * mssBytes));
            return;
        }
        // RFC 3465 §2.1: one SMSS per window acknowledged.
        creditBytes += ackedBytes;
        if (creditBytes >= windowBytes) {
            creditBytes -= windowBytes;
            windowBytes = Math.min(LARGEST_WINDOW, windowBytes + mssBytes);
        }
    }

    @Override
    public void onLoss(int flightBytes, long nowNs) {
        // RFC 5681 §3.1 (4).
        thresholdBytes = Math.max(flightBytes / 2, 2 * mssBytes);
        creditBytes = 0;
    }

    @Override
    public void onTimeout(int flightBytes, boolean first, long nowNs) {
        if (first) {
            thresholdBytes = Math.max(flightBytes / 2, 2 * mssBytes);
        }
        windowBytes = mssBytes;
        creditBytes = 0;
    }

    @Override
    public void undoTimeout(int window, int threshold) {
        windowBytes(window);
        thresholdBytes = threshold;
    }

    @Override
    public void windowBytes(int bytes) {
        windowBytes = Math.max(mssBytes, bytes);
    }

    @Override
    public void onIdle(int restartWindowBytes) {
        windowBytes = Math.min(windowBytes, restartWindowBytes);
    }

    @Override
    public int windowBytes() {
        return windowBytes;
    }

    @Override
    public int thresholdBytes() {
        return thresholdBytes;
    }
}
