package io.tickwire.net.transport;

import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.SystemEpochNanoClock;

/**
 * How the kernel-socket transport is set up.
 *
 * @param readBufferBytes buffer that all streams of the transport read into, one after another
 * @param sendBufferBytes SO_SNDBUF of streams; 0 leaves the kernel's own sizing on
 * @param receiveBufferBytes SO_RCVBUF of streams; 0 leaves the kernel's own sizing on
 * @param clock stamps datagrams
 */
public record KernelTransportSettings(
        int readBufferBytes, int sendBufferBytes, int receiveBufferBytes, EpochNanoClock clock) {
    /** 256 KiB to read into, the kernel's own sizing, the system clock. */
    public static KernelTransportSettings defaults() {
        return new KernelTransportSettings(256 << 10, 0, 0, new SystemEpochNanoClock());
    }
}
