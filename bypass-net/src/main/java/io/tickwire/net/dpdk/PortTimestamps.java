package io.tickwire.net.dpdk;

import io.tickwire.net.device.Frame;
import io.tickwire.net.dpdk.ffi.EthCalls;
import org.agrona.UnsafeApi;

/**
 * Where a received mbuf carries its time stamp.
 *
 * @param offset of the field in the mbuf, -1 for none.
 * @param flag bit of the mbuf's flags that tells that the field is filled in.
 */
record PortTimestamps(int offset, long flag) {
    static final PortTimestamps NONE = new PortTimestamps(-1, 0);

    static PortTimestamps register(final EthCalls calls) {
        final long[] flag = new long[1];
        final int offset = calls.registerTimestamp(flag);
        return offset < 0 ? NONE : new PortTimestamps(offset, flag[0]);
    }

    boolean isPresent() {
        return offset >= 0;
    }

    long of(final long frame) {
        return (Frame.flags(frame) & flag) == 0 ? 0 : UnsafeApi.getLong(frame + offset);
    }
}
