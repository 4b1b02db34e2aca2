package io.tickwire.net.igmp;

import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.device.MacAddress;
import io.tickwire.net.ip.IpCounters;
import io.tickwire.net.ip.Ipv4Output;
import io.tickwire.net.wire.IgmpMessage;
import io.tickwire.net.wire.Ipv4Address;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * IGMP host: joins and leaves with or without a source, repeated reports, answers to queries, fall-back to version 2 and 1. RFC 9776
 * §5 and §7.2, RFC 2236 §3.
 */
public final class IgmpHost implements SourceFilters {
    private static final long TENTH_NS = 100_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;

    private final IgmpSettings settings;
    private final FrameDevice device;
    private final IpCounters counters;
    private final IgmpReporter reporter;
    private final Int2ObjectHashMap<GroupState> groups;
    private final GroupState[] list;
    private int groupCount;
    private int robustness;
    private long queryIntervalNs;
    private long random;
    private long nowNs;
    private boolean generalPending;
    private long generalAtNs;
    private boolean version1Querier;
    private long version1UntilNs;
    private boolean version2Querier;
    private long version2UntilNs;

    /** Creates the host of an interface; {@code seed} drives the random delays. */
    public IgmpHost(IgmpSettings settings, FrameDevice device, Ipv4Output output, IpCounters counters, long seed) {
        this.settings = settings;
        this.device = device;
        this.counters = counters;
        reporter = new IgmpReporter(output, counters);
        groups = new Int2ObjectHashMap<>(settings.maxGroups * 2, 0.55f);
        list = new GroupState[settings.maxGroups];
        robustness = settings.robustness;
        queryIntervalNs = settings.queryIntervalNs;
        random = seed | 1;
    }

    /** Version spoken now: the configured one, or less because an older querier is present. RFC 9776 §7.2.1. */
    public int version() {
        if (version1Querier) {
            return 1;
        }
        return version2Querier ? 2 : settings.version;
    }

    @Override
    public boolean isMember(int group) {
        final GroupState state = groups.get(group);
        return state != null && state.isWanted();
    }

    @Override
    public boolean accepts(int group, int source) {
        final GroupState state = groups.get(group);
        return state != null && state.accepts(source);
    }

    /**
     * Joins a group for one source, or for any ({@code source} 0). Joins are counted; each is undone by one {@link #leave}.
     *
     * @throws IllegalArgumentException if the address is not a group, or the source not a unicast address
     * @throws IllegalStateException if there are too many groups or sources
     */
    public void join(int group, int source) {
        if (!Ipv4Address.isMulticast(group)) {
            throw new IllegalArgumentException(Ipv4Address.format(group) + " is not a multicast group");
        }
        if (source != 0 && !Ipv4Address.isValidSource(source)) {
            throw new IllegalArgumentException(Ipv4Address.format(source) + " is not a unicast source");
        }
        final GroupState state = findOrCreate(group);
        final boolean wasExclude = state.isExclude();
        final boolean wasWanted = state.isWanted();
        int index = -1;
        if (source != 0) {
            index = state.findOrAdd(source);
            if (index < 0) {
                throw new IllegalStateException(
                        "more than " + settings.maxSources + " sources for " + Ipv4Address.format(group));
            }
        }
        if (!wasWanted) {
            device.joinMulticast(MacAddress.ofIpv4Group(group));
        }
        if (source == 0) {
            state.anyReferences++;
        } else if (state.references[index]++ == 0 && !wasExclude) {
            state.repeats[index] = robustness;
        }
        changed(state, wasExclude, wasWanted);
    }

    private GroupState findOrCreate(int group) {
        GroupState state = groups.get(group);
        if (state == null) {
            if (groupCount == list.length) {
                throw new IllegalStateException("more than " + list.length + " groups");
            }
            state = new GroupState(group, settings.maxSources);
            groups.put(group, state);
            list[groupCount++] = state;
        }
        return state;
    }

    /** Undoes one join. */
    public void leave(int group, int source) {
        final GroupState state = groups.get(group);
        final int index = state == null || source == 0 ? -1 : state.find(source);
        if (state == null || (source == 0 ? state.anyReferences == 0 : index < 0 || state.references[index] == 0)) {
            throw new IllegalStateException("not joined: " + Ipv4Address.format(group));
        }
        final boolean wasExclude = state.isExclude();
        if (source == 0) {
            state.anyReferences--;
        } else if (--state.references[index] == 0 && !wasExclude) {
            state.repeats[index] = robustness;
        }
        changed(state, wasExclude, true);
        if (!state.isWanted()) {
            device.leaveMulticast(MacAddress.ofIpv4Group(group));
        }
    }

    /** RFC 9776 §5.1: a change is reported at once, and repeated. */
    private void changed(GroupState state, boolean wasExclude, boolean wasWanted) {
        if (state.group == Ipv4Address.ALL_HOSTS) {
            // RFC 9776 §5: never reported.
            return;
        }
        if (version() < 3) {
            changedOld(state, wasWanted);
            return;
        }
        if (state.isExclude() != wasExclude) {
            state.modeRepeats = robustness;
        }
        if (state.hasRepeats()) {
            // Should a querier of version 2 be heard before the group is left, it has to be told.
            state.lastReporter = true;
            reporter.stateChange(state);
            reporter.flush();
            scheduleRepeat(state, settings.unsolicitedIntervalNs);
        }
    }

    private void changedOld(GroupState state, boolean wasWanted) {
        java.util.Arrays.fill(state.repeats, 0, state.sourceCount, 0);
        state.modeRepeats = 0;
        if (state.isWanted() && !wasWanted) {
            // RFC 2236 §3: report at once, and again.
            report(state);
            state.modeRepeats = robustness - 1;
            scheduleRepeat(state, settings.unsolicitedIntervalV2Ns);
        } else if (!state.isWanted() && version() == 2 && state.lastReporter) {
            reporter.sendOld(IgmpMessage.V2_LEAVE, state.group);
        }
    }

    private void report(GroupState state) {
        state.lastReporter = true;
        reporter.sendOld(version() == 1 ? IgmpMessage.V1_REPORT : IgmpMessage.V2_REPORT, state.group);
    }

    private void scheduleRepeat(GroupState state, long intervalNs) {
        state.repeatPending = state.hasRepeats();
        state.repeatAtNs = nowNs + delay(intervalNs);
    }

    private long delay(long maxNs) {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return 1 + (random >>> 1) % Math.max(1, maxNs);
    }

    /** A message arrived. */
    public void onMessage(UnsafeBuffer buffer, int offset, int length) {
        counters.igmpIn++;
        if (!IgmpMessage.isValid(buffer, offset, length)) {
            counters.igmpErrors++;
            return;
        }
        switch (IgmpMessage.type(buffer, offset)) {
            case IgmpMessage.QUERY -> onQuery(buffer, offset, length);
            case IgmpMessage.V1_REPORT, IgmpMessage.V2_REPORT -> onForeignReport(IgmpMessage.group(buffer, offset));
            default -> {
                // RFC 9776 §4: other types are ignored.
            }
        }
    }

    private void onForeignReport(int group) {
        final GroupState state = groups.get(group);
        if (state != null && version() < 3) {
            // RFC 2236 §3: another member has answered.
            state.responsePending = false;
            state.lastReporter = false;
        }
    }

    private void onQuery(UnsafeBuffer buffer, int offset, int length) {
        final int code = IgmpMessage.maxResponseCode(buffer, offset);
        final int group = IgmpMessage.group(buffer, offset);
        // RFC 9776 §7.1: the version is told by length and code.
        if (length == IgmpMessage.LENGTH) {
            final long presentNs = robustness * queryIntervalNs + 100 * TENTH_NS;
            if (code == 0) {
                version1Querier = true;
                version1UntilNs = nowNs + presentNs;
            } else {
                version2Querier = true;
                version2UntilNs = nowNs + presentNs;
            }
            schedule(group, (code == 0 ? 100 : code) * TENTH_NS);
            return;
        }
        if (length < IgmpMessage.V3_QUERY_LENGTH) {
            counters.igmpErrors++;
            return;
        }
        final int sources = IgmpMessage.sourceCount(buffer, offset);
        if (length < IgmpMessage.V3_QUERY_LENGTH + (sources << 2)) {
            counters.igmpErrors++;
            return;
        }
        final int querierRobustness = IgmpMessage.robustness(buffer, offset);
        robustness = querierRobustness == 0 ? settings.robustness : querierRobustness;
        final int interval = IgmpMessage.decodeFloat(IgmpMessage.queryIntervalCode(buffer, offset));
        queryIntervalNs = interval == 0 ? settings.queryIntervalNs : interval * SECOND_NS;
        final long maxNs = Math.max(1, IgmpMessage.decodeFloat(code)) * TENTH_NS;
        if (sources == 0) {
            schedule(group, maxNs);
        } else {
            scheduleSources(buffer, offset, group, sources, maxNs);
        }
    }

    /** RFC 9776 §5.2, rules 1–4. */
    private void schedule(int group, long maxNs) {
        final long atNs = nowNs + delay(maxNs);
        if (generalPending && generalAtNs - atNs <= 0) {
            return;
        }
        if (group == 0) {
            generalPending = true;
            generalAtNs = atNs;
            return;
        }
        final GroupState state = groups.get(group);
        if (state == null || !state.isWanted()) {
            return;
        }
        state.clearQueried();
        if (!state.responsePending || state.responseAtNs - atNs > 0) {
            state.responsePending = true;
            state.responseAtNs = atNs;
        }
    }

    /** RFC 9776 §5.2, rules 3–5 for a group-and-source query. */
    private void scheduleSources(UnsafeBuffer buffer, int offset, int group, int sources, long maxNs) {
        final GroupState state = groups.get(group);
        final long atNs = nowNs + delay(maxNs);
        if (state == null || !state.isWanted() || (generalPending && generalAtNs - atNs <= 0)) {
            return;
        }
        if (state.responsePending && !state.responseForSources) {
            return;
        }
        for (int i = 0; i < sources; i++) {
            final int source = IgmpMessage.source(buffer, offset, i);
            // In EXCLUDE mode any source is wanted, so it is noted even if nobody named it; what does not fit is left
            // out.
            final int index = state.isExclude() ? state.findOrAdd(source) : state.find(source);
            if (index >= 0) {
                state.queried[index] = true;
                state.responseForSources = true;
            }
        }
        if (state.responseForSources && (!state.responsePending || state.responseAtNs - atNs > 0)) {
            state.responsePending = true;
            state.responseAtNs = atNs;
        }
    }

    /** Sets the time of this duty cycle. */
    public void now(long timeNs) {
        nowNs = timeNs;
    }

    /** Timers. Returns a work count. */
    public int poll(long timeNs) {
        nowNs = timeNs;
        if (version1Querier && timeNs - version1UntilNs >= 0) {
            version1Querier = false;
        }
        if (version2Querier && timeNs - version2UntilNs >= 0) {
            version2Querier = false;
        }
        int work = 0;
        final boolean general = generalPending && timeNs - generalAtNs >= 0;
        if (general) {
            generalPending = false;
            work++;
        }
        for (int i = groupCount - 1; i >= 0; i--) {
            work += poll(list[i], general);
            if (!list[i].isWanted() && !list[i].hasRepeats()) {
                groups.remove(list[i].group);
                list[i] = list[--groupCount];
                list[groupCount] = null;
            }
        }
        if (work > 0) {
            reporter.flush();
        }
        return work;
    }

    private int poll(GroupState state, boolean general) {
        int work = 0;
        if (state.repeatPending && nowNs - state.repeatAtNs >= 0) {
            work++;
            if (version() == 3) {
                reporter.stateChange(state);
            } else {
                state.modeRepeats = Math.max(0, state.modeRepeats - 1);
                java.util.Arrays.fill(state.repeats, 0, state.sourceCount, 0);
                if (state.isWanted()) {
                    report(state);
                }
            }
            scheduleRepeat(state, version() == 3 ? settings.unsolicitedIntervalNs : settings.unsolicitedIntervalV2Ns);
        }
        final boolean due = state.responsePending && nowNs - state.responseAtNs >= 0;
        if ((general || due) && state.isWanted() && state.group != Ipv4Address.ALL_HOSTS) {
            work++;
            if (version() < 3) {
                report(state);
            } else if (due && state.responseForSources && !general) {
                reporter.queriedSources(state);
            } else {
                reporter.currentState(state);
            }
            state.responsePending = false;
            state.clearQueried();
            state.compact();
        }
        return work;
    }

    /** Groups that are joined, or of whose leaving something is still to be told. */
    public int groupCount() {
        return groupCount;
    }
}
