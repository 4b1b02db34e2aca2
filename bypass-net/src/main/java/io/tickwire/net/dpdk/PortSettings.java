package io.tickwire.net.dpdk;

/**
 * How a port is opened.
 *
 * @param device virtual device with arguments, {@code net_af_packet0,iface=v0}, or PCI address, {@code 0000:03:00.0}.
 * @param queues pairs of receive and transmit queues, each for one thread.
 * @param framesPerQueue size of each queue's pool.
 * @param descriptors wanted per queue and direction; the driver may take another number.
 * @param mtuBytes largest IP packet.
 * @param promiscuous whether frames to other stations are let in.
 * @param offloads whether what the device can take off the stack is switched on: checksums, segmentation, time stamps.
 */
public record PortSettings(
        String device,
        int queues,
        int framesPerQueue,
        int descriptors,
        int mtuBytes,
        boolean promiscuous,
        boolean offloads) {
    public static final int DEFAULT_FRAMES = 8191;
    public static final int DEFAULT_DESCRIPTORS = 1024;
    public static final int DEFAULT_MTU_BYTES = 1500;
    private static final int LARGEST_MTU_BYTES = 9216;

    public PortSettings {
        DeviceAddress.parse(device);
        if (queues < 1 || queues > 64) {
            throw new IllegalArgumentException("queues must be 1 to 64: " + queues);
        }
        if (framesPerQueue < 2 || descriptors < 1 || descriptors > 32768) {
            throw new IllegalArgumentException("framesPerQueue=" + framesPerQueue + " descriptors=" + descriptors);
        }
        if (mtuBytes < 68 || mtuBytes > LARGEST_MTU_BYTES) {
            throw new IllegalArgumentException("the MTU must be 68 to " + LARGEST_MTU_BYTES + ": " + mtuBytes);
        }
    }

    /** One queue, with defaults for the rest. */
    public static PortSettings of(final String device) {
        return new PortSettings(device, 1, DEFAULT_FRAMES, DEFAULT_DESCRIPTORS, DEFAULT_MTU_BYTES, false, true);
    }

    public PortSettings withQueues(final int count) {
        return new PortSettings(device, count, framesPerQueue, descriptors, mtuBytes, promiscuous, offloads);
    }

    public PortSettings withFrames(final int count) {
        return new PortSettings(device, queues, count, descriptors, mtuBytes, promiscuous, offloads);
    }

    public PortSettings withDescriptors(final int count) {
        return new PortSettings(device, queues, framesPerQueue, count, mtuBytes, promiscuous, offloads);
    }

    public PortSettings withMtu(final int bytes) {
        return new PortSettings(device, queues, framesPerQueue, descriptors, bytes, promiscuous, offloads);
    }

    public PortSettings withPromiscuous(final boolean on) {
        return new PortSettings(device, queues, framesPerQueue, descriptors, mtuBytes, on, offloads);
    }

    public PortSettings withOffloads(final boolean on) {
        return new PortSettings(device, queues, framesPerQueue, descriptors, mtuBytes, promiscuous, on);
    }
}
