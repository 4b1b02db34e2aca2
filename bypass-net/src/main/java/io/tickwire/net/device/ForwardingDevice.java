package io.tickwire.net.device;

/** A device in front of another one, which answers what the outer one does not. */
abstract class ForwardingDevice implements FrameDevice {
    final FrameDevice inner;

    ForwardingDevice(final FrameDevice inner) {
        this.inner = inner;
    }

    @Override
    public FramePool pool() {
        return inner.pool();
    }

    @Override
    public DeviceInfo info() {
        return inner.info();
    }

    @Override
    public boolean isLinkUp() {
        return inner.isLinkUp();
    }

    @Override
    public boolean joinMulticast(final long macAddress) {
        return inner.joinMulticast(macAddress);
    }

    @Override
    public void leaveMulticast(final long macAddress) {
        inner.leaveMulticast(macAddress);
    }

    @Override
    public int arrivalQueue(final int source, final int destination, final int sourcePort, final int destinationPort) {
        return inner.arrivalQueue(source, destination, sourcePort, destinationPort);
    }

    @Override
    public void bindPort(final int port, final boolean bound) {
        inner.bindPort(port, bound);
    }

    @Override
    public long receiveTimeNs(final long frame) {
        return inner.receiveTimeNs(frame);
    }

    @Override
    public void readCounters(final DeviceCounters counters) {
        inner.readCounters(counters);
    }
}
