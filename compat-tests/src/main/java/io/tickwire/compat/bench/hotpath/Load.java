package io.tickwire.compat.bench.hotpath;

/**
 * What one run sends.
 *
 * @param messageBytes size of each message
 * @param ratePerSecond messages a second, evenly spaced; 0 for bursts of {@link #BURST_MESSAGES} every {@link #BURST_INTERVAL_NS}
 * @param warmupMessages sent first, not recorded
 * @param messages sent and recorded
 */
record Load(int messageBytes, int ratePerSecond, long warmupMessages, long messages) {
    static final int BURST_MESSAGES = 1_000;
    static final long BURST_INTERVAL_NS = 10_000_000L;

    static Load of(int messageBytes, int ratePerSecond, double warmupSeconds, double seconds) {
        double perSecond = ratePerSecond == 0 ? BURST_MESSAGES * 1e9 / BURST_INTERVAL_NS : ratePerSecond;
        return new Load(messageBytes, ratePerSecond, (long) (perSecond * warmupSeconds), (long) (perSecond * seconds));
    }

    /** Intended send time of message {@code index}, in ns after the start. */
    long dueNs(long index) {
        return ratePerSecond == 0 ? index / BURST_MESSAGES * BURST_INTERVAL_NS : (long) (index * (1e9 / ratePerSecond));
    }

    String rateLabel() {
        return ratePerSecond == 0
                ? "burst"
                : ratePerSecond % 1000 == 0 ? ratePerSecond / 1000 + " k/s" : ratePerSecond + "/s";
    }

    String encode() {
        return messageBytes + " " + ratePerSecond + " " + warmupMessages + " " + messages;
    }

    static Load decode(String[] words, int from) {
        return new Load(
                Integer.parseInt(words[from]),
                Integer.parseInt(words[from + 1]),
                Long.parseLong(words[from + 2]),
                Long.parseLong(words[from + 3]));
    }
}
