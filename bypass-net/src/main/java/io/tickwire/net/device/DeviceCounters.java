package io.tickwire.net.device;

/** Counters of a device, filled in place so that reading them makes no garbage. */
public final class DeviceCounters {
    /** Frames received, and their bytes without the Ethernet checksum where the device knows. */
    public long receivedFrames;

    public long receivedBytes;
    /** Frames sent. */
    public long sentFrames;

    public long sentBytes;
    /** Frames that arrived and were dropped as the queue was full. */
    public long missedFrames;
    /** Frames that arrived damaged. */
    public long receiveErrors;
    /** Frames accepted and then not sent. */
    public long sendErrors;
    /** Arriving frames dropped as the pool was empty. */
    public long noFrame;
}
