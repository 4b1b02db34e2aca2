package io.tickwire.net.device;

/**
 * One receive queue and one transmit queue of a port: bursts of frames in, bursts out, without a copy. Owned by one thread, which calls
 * everything here.
 *
 * <p>Time is passed in for devices that delay frames; those that do not ignore it.
 */
public interface FrameDevice extends AutoCloseable {
    /** What {@link #arrivalQueue} answers when it depends on a hash that is not known. */
    int UNKNOWN_QUEUE = -1;

    /**
     * Appends frames that have arrived to the burst, as many as it has {@linkplain FrameBurst#room room} for at most. They are the
     * caller's from then on: to be freed, or sent on. Their lengths exclude the Ethernet checksum.
     *
     * @return frames appended; 0 when nothing has arrived.
     */
    int receive(FrameBurst burst, long nowNs);

    /**
     * Hands frames from the front of the burst to the device, which removes those it accepts from the burst, owns them, and frees them
     * once they have left. Frames not accepted stay the caller's, in order.
     *
     * @return frames accepted; fewer than offered when the queue is full.
     */
    int send(FrameBurst burst, long nowNs);

    /** Where frames to be sent come from; also takes back received ones. */
    FramePool pool();

    /** What the device is and can do; constant. */
    DeviceInfo info();

    /** Whether the link is up. May cost a system call: not for every poll. */
    boolean isLinkUp();

    /**
     * Lets frames to an Ethernet group address in. Counted per address: each call is undone by one {@link #leaveMulticast}.
     *
     * @param macAddress group address in the low 48 bits.
     * @return false when the device can hold no more filters and cannot let all multicast in either.
     */
    boolean joinMulticast(long macAddress);

    /** Undoes one {@link #joinMulticast}. */
    void leaveMulticast(long macAddress);

    /**
     * The queue at which segments of a TCP connection arrive; arguments as the arriving segment has them, in host order. With one queue that
     * is clear; with several it depends on a hash, which not every device tells.
     *
     * @return {@link #UNKNOWN_QUEUE} when the device cannot say.
     */
    default int arrivalQueue(final int source, final int destination, final int sourcePort, final int destinationPort) {
        return info().queueCount() == 1 ? info().queue() : UNKNOWN_QUEUE;
    }

    /** Says that unicast datagrams to a UDP port are wanted here, or no longer: of use where several queues share an address. */
    default void bindPort(final int port, final boolean bound) {}

    /** When the device received the frame, in its own clock's nanoseconds; 0 when it does not say. */
    default long receiveTimeNs(final long frame) {
        return 0;
    }

    /** Copies the counters of this queue, or of the port where the device has no finer ones. May be slow. */
    void readCounters(DeviceCounters counters);

    /** Gives frames that the device still holds back to their pool where that is possible, and releases the queue. */
    @Override
    void close();
}
