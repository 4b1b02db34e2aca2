package io.tickwire.net.tcp;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The receive half of a connection: RCV.* of RFC 9293 §3.3.1, the buffer and the window.
 *
 * <p>In-order data goes to the handler straight from the frame; the ring is taken from the pool only when data must wait: out of
 * order, or reading paused.
 */
final class Receiver {
    final Reassembly reassembly;
    int initial;
    int nxt;
    int read;
    int advertisedEnd;
    int lastAckSent;
    int windowShift;
    boolean finKnown;
    boolean finReceived;
    boolean peerClosedNotified;
    int finSequence;
    boolean paused;
    boolean ackPending;
    int unackedSegments;

    private final TcpConnection connection;
    private final TcpSettings settings;
    private final RingPool rings;
    private ByteRing ring;
    private boolean delivering;
    private int unreadWhenAdvertised;

    Receiver(TcpConnection connection, TcpSettings settings, RingPool rings) {
        this.connection = connection;
        this.settings = settings;
        this.rings = rings;
        reassembly = new Reassembly(settings.maxReassemblyRanges);
    }

    void reset() {
        reassembly.reset();
        windowShift = 0;
        finKnown = false;
        finReceived = false;
        peerClosedNotified = false;
        paused = false;
        ackPending = false;
        unackedSegments = 0;
        delivering = false;
        release();
    }

    void release() {
        if (ring != null) {
            rings.release(ring);
            ring = null;
        }
    }

    boolean hasRing() {
        return ring != null;
    }

    /** The peer's SYN was seen. */
    void start(int irs) {
        initial = irs;
        nxt = irs + 1;
        read = irs + 1;
        // What our SYN or SYN,ACK says; windows in those are not scaled.
        advertisedEnd = irs + 1 + Math.min(0xffff, settings.receiveBufferBytes);
        unreadWhenAdvertised = 0;
        lastAckSent = irs + 1;
    }

    /** In-order bytes not taken by the application. */
    int bufferedBytes() {
        return SeqNum.distance(read, nxt) - (finReceived ? 1 : 0);
    }

    /** RCV.WND: what the peer has been told it may send from RCV.NXT on. */
    int windowBytes() {
        return Math.max(0, SeqNum.distance(nxt, advertisedEnd));
    }

    /**
     * Computes the window to advertise, and remembers it. The right edge never moves left (RFC 9293 §3.8.6) and moves right only
     * by a worthwhile step (§3.8.6.2.2). Returns bytes, a multiple of the scale unless the edge is kept.
     */
    int advertise(boolean scaled) {
        final int free = settings.receiveBufferBytes - bufferedBytes();
        final int granted = windowBytes();
        int offer = granted;
        if (free - granted >= Math.min(settings.receiveBufferBytes / 2, Math.max(1, connection.mssBytes))) {
            offer = free;
        }
        final int shift = scaled ? windowShift : 0;
        offer = Math.min(offer, 0xffff << shift);
        if (shift > 0) {
            // Rounded up, so that the edge does not move left by the bits that the scale cuts off; memory allows for it
            // below.
            offer = (offer + (1 << shift) - 1) >>> shift << shift;
            if (offer > free) {
                offer = offer - (1 << shift);
            }
        }
        offer = Math.max(0, offer);
        advertisedEnd = SeqNum.max(advertisedEnd, nxt + offer);
        unreadWhenAdvertised = bufferedBytes();
        return offer;
    }

    /** An acknowledgement of everything up to RCV.NXT left. */
    void onAckSent() {
        lastAckSent = nxt;
        ackPending = false;
        unackedSegments = 0;
        connection.timers.cancel(ConnectionTimers.DELAYED_ACK);
        connection.ackNow = false;
    }

    /** The FIN is next in order: it takes its sequence number. */
    void takeFin() {
        nxt++;
        finReceived = true;
        reassembly.reset();
        advertisedEnd = SeqNum.max(advertisedEnd, nxt);
    }

    /** True if the application's reading has opened the window by enough to say so. RFC 9293 §3.8.6.2.2. */
    boolean shouldUpdateWindow() {
        if (bufferedBytes() >= unreadWhenAdvertised) {
            return false;
        }
        final int free = settings.receiveBufferBytes - bufferedBytes();
        final int step = Math.min(settings.receiveBufferBytes / 2, 2 * connection.mssBytes);
        return free - windowBytes() >= step
                && (windowBytes() < settings.receiveBufferBytes / 2 || windowBytes() < 2 * connection.mssBytes);
    }

    void pause() {
        paused = true;
    }

    /** Returns true if there is something to deliver. */
    boolean resume() {
        paused = false;
        return bufferedBytes() > 0;
    }

    /** Takes payload that begins at or before RCV.NXT and lies within the window. Returns false if it could not be kept. */
    boolean inOrder(UnsafeBuffer buffer, int offset, int length) {
        if (bufferedBytes() == 0 && !paused && !delivering && reassembly.isEmpty()) {
            return deliverDirect(buffer, offset, length);
        }
        if (!acquire()) {
            return false;
        }
        ring.write(nxt, buffer, offset, length);
        nxt = reassembly.advance(nxt + length);
        return true;
    }

    private boolean deliverDirect(UnsafeBuffer buffer, int offset, int length) {
        nxt += length;
        read = nxt;
        delivering = true;
        connection.tcp.counters.bytesIn += length;
        final int consumed = connection.handler.onData(connection, buffer, offset, length);
        delivering = false;
        if (connection.state == TcpState.CLOSED) {
            return true;
        }
        if (consumed < length) {
            assert paused : "handler left " + (length - consumed) + " bytes without pausing";
            connection.tcp.counters.bytesIn -= length - consumed;
            read -= length - consumed;
            if (!acquire()) {
                // No buffer: take back what was not consumed; the peer sends it again.
                nxt = read;
                return false;
            }
            ring.write(read, buffer, offset + consumed, length - consumed);
        }
        return true;
    }

    /** Stores payload beyond RCV.NXT. Returns false if it was dropped. */
    boolean outOfOrder(int sequence, UnsafeBuffer buffer, int offset, int length) {
        if (!acquire()) {
            return false;
        }
        if (!reassembly.add(sequence, sequence + length)) {
            return false;
        }
        ring.write(sequence, buffer, offset, length);
        return true;
    }

    private boolean acquire() {
        if (ring == null) {
            ring = rings.acquire();
            if (ring == null) {
                connection.tcp.counters.bufferDenied++;
                return false;
            }
        }
        return true;
    }

    /** Offers buffered in-order data to the handler until it pauses. */
    void deliver() {
        while (!paused && !delivering && bufferedBytes() > 0 && connection.state != TcpState.CLOSED) {
            final int length = Math.min(bufferedBytes(), ring.contiguous(read));
            delivering = true;
            final int index = ring.index(read);
            read += length;
            final int consumed = connection.handler.onData(connection, ring.buffer(), index, length);
            delivering = false;
            if (connection.state == TcpState.CLOSED) {
                return;
            }
            assert consumed == length || paused : "handler left bytes without pausing";
            read -= length - consumed;
            connection.tcp.counters.bytesIn += consumed;
            if (consumed < length) {
                return;
            }
        }
    }

    @Override
    public String toString() {
        return "rcv[nxt=" + (nxt - initial) + " read=" + (read - initial) + " wnd=" + windowBytes() + " ranges="
                + reassembly.count() + (finKnown ? " fin=" + (finSequence - initial) : "") + (paused ? " paused" : "")
                + ']';
    }
}
