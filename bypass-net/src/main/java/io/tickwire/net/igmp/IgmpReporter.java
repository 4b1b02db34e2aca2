package io.tickwire.net.igmp;

import io.tickwire.net.ip.IpCounters;
import io.tickwire.net.ip.Ipv4Output;
import io.tickwire.net.wire.IgmpMessage;
import io.tickwire.net.wire.Ipv4Address;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/** Builds and sends IGMP messages. Version 3 records are collected into as few reports as the MTU allows. */
final class IgmpReporter {
    private static final int MAX_OPTIONS_AND_HEADER = 24;

    private final Ipv4Output output;
    private final IpCounters counters;
    private boolean open;
    private int recordCount;
    private int start;
    private int position;

    IgmpReporter(Ipv4Output output, IpCounters counters) {
        this.output = output;
        this.counters = counters;
    }

    /** Sends a version 1 or 2 report or a version 2 leave. */
    void sendOld(int type, int group) {
        if (!output.begin()) {
            return;
        }
        IgmpMessage.encodeV2(output.buffer(), output.routerAlertPayloadOffset(), type, 0, group);
        counters.igmpOut++;
        // RFC 2236 §3: leaves go to all routers, reports to the group.
        output.sendIgmp(type == IgmpMessage.V2_LEAVE ? Ipv4Address.ALL_ROUTERS : group, IgmpMessage.LENGTH);
    }

    private boolean reserve(int sources) {
        final int need = IgmpMessage.RECORD_LENGTH + (sources << 2);
        final int room = output.mtuBytes() - MAX_OPTIONS_AND_HEADER;
        if (open && position - start + need > room) {
            flush();
        }
        if (!open) {
            if (!output.begin()) {
                return false;
            }
            open = true;
            recordCount = 0;
            start = output.routerAlertPayloadOffset();
            position = start + IgmpMessage.LENGTH;
        }
        return true;
    }

    /** Adds a current-state record of the whole filter. RFC 9776 §5.2. */
    void currentState(GroupState state) {
        if (state.isExclude()) {
            record(IgmpMessage.MODE_IS_EXCLUDE, state, 0, null);
        } else {
            record(IgmpMessage.MODE_IS_INCLUDE, state, count(state, Choice.WANTED), Choice.WANTED);
        }
    }

    /** Adds the answer to a group-and-source query: the sources asked for that are wanted. RFC 9776 §5.2, last table. */
    void queriedSources(GroupState state) {
        final Choice choice = state.isExclude() ? Choice.QUERIED : Choice.QUERIED_AND_WANTED;
        final int count = count(state, choice);
        if (count > 0) {
            record(IgmpMessage.MODE_IS_INCLUDE, state, count, choice);
        }
    }

    /** Adds what changed and was not repeated often enough, and counts it down. RFC 9776 §5.1. */
    void stateChange(GroupState state) {
        if (state.modeRepeats > 0) {
            state.modeRepeats--;
            if (state.isExclude()) {
                record(IgmpMessage.CHANGE_TO_EXCLUDE, state, 0, null);
            } else {
                record(IgmpMessage.CHANGE_TO_INCLUDE, state, count(state, Choice.WANTED), Choice.WANTED);
            }
        } else {
            final int allow = count(state, Choice.ALLOWED);
            if (allow > 0) {
                record(IgmpMessage.ALLOW_NEW_SOURCES, state, allow, Choice.ALLOWED);
            }
            final int block = count(state, Choice.BLOCKED);
            if (block > 0) {
                record(IgmpMessage.BLOCK_OLD_SOURCES, state, block, Choice.BLOCKED);
            }
        }
        for (int i = 0; i < state.sourceCount; i++) {
            state.repeats[i] = Math.max(0, state.repeats[i] - 1);
        }
        state.compact();
    }

    /** Which sources of a group go into a record. */
    private enum Choice {
        WANTED,
        QUERIED,
        QUERIED_AND_WANTED,
        ALLOWED,
        BLOCKED;

        boolean includes(GroupState state, int i) {
            final boolean wanted = state.references[i] > 0;
            return switch (this) {
                case WANTED -> wanted;
                case QUERIED -> state.queried[i];
                case QUERIED_AND_WANTED -> state.queried[i] && wanted;
                case ALLOWED -> state.repeats[i] > 0 && wanted;
                case BLOCKED -> state.repeats[i] > 0 && !wanted;
            };
        }
    }

    private static int count(GroupState state, Choice choice) {
        int count = 0;
        for (int i = 0; i < state.sourceCount; i++) {
            count += choice.includes(state, i) ? 1 : 0;
        }
        return count;
    }

    private void record(int type, GroupState state, int count, Choice choice) {
        if (!reserve(count)) {
            return;
        }
        final UnsafeBuffer buffer = output.buffer();
        position = IgmpMessage.putRecord(buffer, position, type, count, state.group);
        for (int i = 0; count > 0 && i < state.sourceCount; i++) {
            if (choice.includes(state, i)) {
                buffer.putInt(position, state.sources[i], ByteOrder.BIG_ENDIAN);
                position += Integer.BYTES;
            }
        }
        recordCount++;
    }

    /** Sends the report that was being collected, if any. */
    void flush() {
        if (!open) {
            return;
        }
        open = false;
        IgmpMessage.encodeV3Report(output.buffer(), start, recordCount, position - start);
        counters.igmpOut++;
        output.sendIgmp(Ipv4Address.IGMPV3_ROUTERS, position - start);
    }
}
