package io.tickwire.net.ip;

import io.tickwire.net.device.Frame;
import io.tickwire.net.device.FramePool;
import java.util.Arrays;

/**
 * IPv4 to MAC: a set-associative table of fixed size, with the frames that wait for an answer. RFC 826; ageing RFC 1122 §2.3.2.1.
 *
 * <pre>
 *  FREE -> INCOMPLETE --reply--> REACHABLE --age--> STALE --use--> PROBE --reply--> REACHABLE
 *             | no reply                                             | no reply
 *             v                                                      v
 *            FREE (frames dropped)                                  FREE
 * </pre>
 */
final class ArpCache {
    static final int FREE = 0;
    static final int INCOMPLETE = 1;
    static final int REACHABLE = 2;
    static final int STALE = 3;
    static final int PROBE = 4;

    private static final int WAYS = 8;

    private final int setMask;
    private final int queueFrames;
    private final int[] address;
    private final long[] mac;
    private final int[] state;
    private final long[] changedNs;
    private final int[] probes;
    private final int[] queued;
    private final long[] frames;
    private final FramePool pool;
    private final IpCounters counters;

    ArpCache(int entries, int queueFrames, FramePool pool, IpCounters counters) {
        setMask = entries / WAYS - 1;
        this.queueFrames = queueFrames;
        this.pool = pool;
        this.counters = counters;
        address = new int[entries];
        mac = new long[entries];
        state = new int[entries];
        changedNs = new long[entries];
        probes = new int[entries];
        queued = new int[entries];
        frames = new long[entries * queueFrames];
    }

    int entries() {
        return address.length;
    }

    private int firstOf(int ip) {
        final int mixed = ip * 0x9e37_79b9;
        return (mixed ^ mixed >>> 15) & setMask;
    }

    /** Index of an address's entry, or -1. */
    int find(int ip) {
        final int first = firstOf(ip) * WAYS;
        for (int i = first; i < first + WAYS; i++) {
            if (state[i] != FREE && address[i] == ip) {
                return i;
            }
        }
        return -1;
    }

    /** Makes an entry, displacing the one in its set that changed longest ago if the set is full. */
    int create(int ip, int newState, long nowNs) {
        final int first = firstOf(ip) * WAYS;
        int victim = first;
        for (int i = first; i < first + WAYS; i++) {
            if (state[i] == FREE) {
                victim = i;
                break;
            }
            if (changedNs[i] - changedNs[victim] < 0) {
                victim = i;
            }
        }
        if (state[victim] != FREE) {
            counters.arpEvictions++;
            release(victim);
        }
        address[victim] = ip;
        state[victim] = newState;
        changedNs[victim] = nowNs;
        probes[victim] = 0;
        return victim;
    }

    /** Holds a frame; the oldest goes if there are too many. RFC 1122 §2.3.2.2: keep the latest. */
    void enqueue(int entry, long frame) {
        final int base = entry * queueFrames;
        if (queued[entry] == queueFrames) {
            counters.arpDrops++;
            pool.free(frames[base]);
            System.arraycopy(frames, base + 1, frames, base, queueFrames - 1);
            queued[entry]--;
        }
        frames[base + queued[entry]++] = frame;
    }

    /** Takes the oldest held frame, or {@link Frame#NULL}. */
    long dequeue(int entry) {
        if (queued[entry] == 0) {
            return Frame.NULL;
        }
        final int base = entry * queueFrames;
        final long frame = frames[base];
        System.arraycopy(frames, base + 1, frames, base, queueFrames - 1);
        queued[entry]--;
        return frame;
    }

    /** Frees an entry and drops its frames. */
    void release(int entry) {
        while (queued[entry] > 0) {
            counters.arpDrops++;
            pool.free(dequeue(entry));
        }
        state[entry] = FREE;
    }

    void releaseAll() {
        for (int i = 0; i < state.length; i++) {
            if (state[i] != FREE) {
                release(i);
            }
        }
        Arrays.fill(state, FREE);
    }

    int address(int entry) {
        return address[entry];
    }

    long mac(int entry) {
        return mac[entry];
    }

    int state(int entry) {
        return state[entry];
    }

    void state(int entry, int newState, long nowNs) {
        state[entry] = newState;
        changedNs[entry] = nowNs;
        probes[entry] = 0;
    }

    void confirm(int entry, long macAddress, long nowNs) {
        mac[entry] = macAddress;
        state(entry, REACHABLE, nowNs);
    }

    long changedNs(int entry) {
        return changedNs[entry];
    }

    /** Counts a request and restarts the retry interval. Returns how many there were. */
    int probed(int entry, long nowNs) {
        changedNs[entry] = nowNs;
        return ++probes[entry];
    }
}
