package io.tickwire.net.igmp;

import java.util.concurrent.TimeUnit;

/** Limits and timers of the IGMP host. Set before the stack is made; not to be changed afterwards. */
public final class IgmpSettings {
    /** Groups joined at most. */
    public int maxGroups = 256;
    /** Sources per group at most; more would not fit one report. */
    public int maxSources = 64;
    /** Robustness variable until a querier says otherwise. RFC 9776 §8.1. */
    public int robustness = 2;
    /** Query interval until a querier says otherwise. RFC 9776 §8.2. */
    public long queryIntervalNs = TimeUnit.SECONDS.toNanos(125);
    /** Largest delay between repetitions of a state-change report. RFC 9776 §8.11. */
    public long unsolicitedIntervalNs = TimeUnit.SECONDS.toNanos(1);
    /** The same for version 2. RFC 2236 §8.10. */
    public long unsolicitedIntervalV2Ns = TimeUnit.SECONDS.toNanos(10);
    /** Highest version spoken: 3 or 2. */
    public int version = 3;
}
