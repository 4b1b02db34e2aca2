package io.tickwire.net.device;

/** A device that copies every frame received and accepted for sending into a capture file. A diagnostic: file writes block the poll loop. */
public final class PcapTee extends ForwardingDevice {
    private static final int LARGEST_BURST = 0xFFFF;

    private final PcapWriter writer;
    private final long epochOffsetNs;
    private final FrameBurst sending = new FrameBurst(LARGEST_BURST);

    /**
     * @param inner device behind; closed with this one, as is the writer.
     * @param epochOffsetNs what to add to the {@code nowNs} of calls to get nanoseconds since 1970.
     */
    public PcapTee(final FrameDevice inner, final PcapWriter writer, final long epochOffsetNs) {
        super(inner);
        this.writer = writer;
        this.epochOffsetNs = epochOffsetNs;
    }

    @Override
    public int receive(final FrameBurst burst, final long nowNs) {
        final int before = burst.size();
        final int count = inner.receive(burst, nowNs);
        for (int i = before; i < before + count; i++) {
            writer.write(burst.get(i), nowNs + epochOffsetNs);
        }
        return count;
    }

    @Override
    public int send(final FrameBurst burst, final long nowNs) {
        // A frame that was accepted may be gone, so each is held with one more reference until it is known.
        final int offered = burst.size();
        for (int i = 0; i < offered; i++) {
            Frame.retain(burst.get(i));
            sending.add(burst.get(i));
        }
        final int accepted = inner.send(burst, nowNs);
        for (int i = 0; i < offered; i++) {
            if (i < accepted) {
                writer.write(sending.get(i), nowNs + epochOffsetNs);
            }
            inner.pool().free(sending.get(i));
        }
        sending.clear();
        return accepted;
    }

    @Override
    public void close() {
        writer.close();
        sending.close();
        inner.close();
    }
}
