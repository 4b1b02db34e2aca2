package io.tickwire.net.device;

/**
 * A device with a bad network behind it: loses, duplicates, corrupts, reorders, delays and throttles frames in both directions, from one
 * seed, so that a run can be repeated. Frames to be sent count as sent when the path takes them, as with a switch that drops them later.
 *
 * <p>Delayed frames move on when {@link #receive} or {@link #send} is called at or after their time; a duty cycle that polls does both.
 */
public final class ImpairedDevice extends ForwardingDevice {
    private final ImpairedPath receivePath;
    private final ImpairedPath sendPath;
    private final FrameBurst receiveScratch;
    private final FrameBurst sendScratch;

    /**
     * @param inner device behind; closed with this one.
     * @param seed the same seed, frames and times give the same fates.
     * @param burstCapacity most frames moved from or to the inner device at once.
     */
    public ImpairedDevice(
            final FrameDevice inner,
            final Impairment receive,
            final Impairment send,
            final long seed,
            final int burstCapacity) {
        super(inner);
        receivePath = new ImpairedPath(receive, inner.pool(), seed);
        sendPath = new ImpairedPath(send, inner.pool(), ~seed);
        receiveScratch = new FrameBurst(burstCapacity);
        sendScratch = new FrameBurst(burstCapacity);
    }

    /** Changes the impairment of arriving frames; the limit of frames held can only shrink. */
    public void impairReceive(final Impairment impairment) {
        receivePath.impairment(impairment);
    }

    /** Changes the impairment of frames sent; the limit of frames held can only shrink. */
    public void impairSend(final Impairment impairment) {
        sendPath.impairment(impairment);
    }

    @Override
    public int receive(final FrameBurst burst, final long nowNs) {
        flushSend(nowNs);
        inner.receive(receiveScratch, nowNs);
        for (int i = 0; i < receiveScratch.size(); i++) {
            receivePath.accept(receiveScratch.get(i), nowNs);
        }
        receiveScratch.clear();
        int count = 0;
        while (receivePath.isDue(nowNs) && burst.room() > 0) {
            burst.add(receivePath.held().removeFirst());
            count++;
        }
        return count;
    }

    @Override
    public int send(final FrameBurst burst, final long nowNs) {
        final int count = burst.size();
        for (int i = 0; i < count; i++) {
            sendPath.accept(burst.get(i), nowNs);
        }
        burst.clear();
        flushSend(nowNs);
        return count;
    }

    private void flushSend(final long nowNs) {
        while (true) {
            while (sendScratch.room() > 0 && sendPath.isDue(nowNs)) {
                sendScratch.add(sendPath.held().removeFirst());
            }
            if (sendScratch.isEmpty()) {
                return;
            }
            if (inner.send(sendScratch, nowNs) == 0) {
                return; // The device is full: the rest waits in the scratch for the next call.
            }
        }
    }

    /** When the next held frame is due, for stepping a simulated clock; {@link Long#MAX_VALUE} when none is held. */
    public long nextDueNs() {
        if (receivePath.held().isEmpty() && sendPath.held().isEmpty()) {
            return Long.MAX_VALUE;
        }
        if (receivePath.held().isEmpty()) {
            return sendPath.held().firstDueNs();
        }
        final long receiveDueNs = receivePath.held().firstDueNs();
        if (sendPath.held().isEmpty()) {
            return receiveDueNs;
        }
        final long sendDueNs = sendPath.held().firstDueNs();
        return receiveDueNs - sendDueNs < 0 ? receiveDueNs : sendDueNs;
    }

    /** Frames that the device holds now: delayed ones of both directions. */
    public int heldFrames() {
        return receivePath.held().size() + sendPath.held().size() + sendScratch.size();
    }

    public ImpairmentCounters receiveCounters() {
        return receivePath.counters();
    }

    public ImpairmentCounters sendCounters() {
        return sendPath.counters();
    }

    @Override
    public void close() {
        receivePath.freeAll();
        sendPath.freeAll();
        sendScratch.freeAll(inner.pool());
        sendScratch.close();
        receiveScratch.close();
        inner.close();
    }
}
