package io.tickwire.net.tcp;

import io.tickwire.net.tcp.congestion.CongestionControl;
import io.tickwire.net.tcp.congestion.Cubic;
import io.tickwire.net.tcp.congestion.NewReno;
import io.tickwire.net.tcp.loss.SentSegments;
import io.tickwire.net.wire.TcpHeader;
import org.agrona.DirectBuffer;

/** The send half of a connection: SND.* of RFC 9293 §3.3.1, the buffer, and the choice of what to send next. */
final class Sender {
    /** Nothing to send, or nothing may be sent. */
    static final int NOTHING = 0;
    /** A segment was sent. */
    static final int SENT = 1;
    /** No frame was free: try again in the next duty cycle. */
    static final int BLOCKED = 2;

    /** Slots of the segment table that only splitting of the oldest segments may use. */
    private static final int RESERVED_SLOTS = 4;
    /** RFC 9293 §3.8.6.2.1: the override timeout, 0.1–1.0 s. */
    private static final long SWS_OVERRIDE_NS = 200_000_000L;

    final SentSegments segments;
    final CongestionControl congestion;
    final RttEstimator rtt;
    int initial;
    int una;
    int nxt;
    int windowBytes;
    int wl1;
    int wl2;
    int maxWindowBytes;
    int windowShift;
    int written;
    boolean finQueued;
    boolean finSent;
    boolean congestionLimited;
    long lastSentNs;
    long progressNs;
    int persistCount;

    private final TcpConnection connection;
    private final TcpSettings settings;
    private final RingPool rings;
    private ByteRing ring;
    private boolean overrideSws;

    Sender(TcpConnection connection, TcpSettings settings, RingPool rings) {
        this.connection = connection;
        this.settings = settings;
        this.rings = rings;
        segments = new SentSegments(settings.maxSegmentsInFlight);
        congestion = settings.congestion == TcpSettings.Congestion.CUBIC ? new Cubic() : new NewReno();
        rtt = new RttEstimator(settings);
    }

    void reset() {
        segments.reset();
        rtt.reset();
        windowBytes = 0;
        maxWindowBytes = 0;
        windowShift = 0;
        finQueued = false;
        finSent = false;
        congestionLimited = false;
        persistCount = 0;
        overrideSws = false;
        lastSentNs = 0;
        progressNs = 0;
        release();
    }

    /** Sets the initial sequence number; the SYN itself is not in the segment table. */
    void start(int iss) {
        initial = iss;
        una = iss;
        nxt = iss + 1;
        written = iss + 1;
    }

    /** The handshake is over: initial window, RFC 6928 §2. */
    void established(int mssBytes, long nowNs) {
        final int segmentsLimit = settings.initialWindowSegments * mssBytes;
        congestion.reset(mssBytes, Math.min(segmentsLimit, Math.max(2 * mssBytes, 14_600)));
        progressNs = nowNs;
        lastSentNs = nowNs;
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

    int bufferedBytes() {
        return Math.max(0, SeqNum.distance(SeqNum.max(una, initial + 1), written));
    }

    int room() {
        return settings.sendBufferBytes - bufferedBytes();
    }

    int write(DirectBuffer source, int offset, int length) {
        if (ring == null) {
            ring = rings.acquire();
            if (ring == null) {
                connection.tcp.counters.bufferDenied++;
                return 0;
            }
        }
        final int accepted = Math.min(length, room());
        if (accepted > 0) {
            ring.write(written, source, offset, accepted);
            written += accepted;
        }
        return accepted;
    }

    /** Copies payload for a segment; sequence numbers address the ring directly. */
    void read(int sequence, org.agrona.concurrent.UnsafeBuffer target, int offset, int length) {
        ring.read(sequence, target, offset, length);
    }

    void queueFin() {
        finQueued = true;
    }

    /** Data or FIN not sent yet. */
    boolean hasUnsent() {
        return SeqNum.lt(nxt, written) || (finQueued && !finSent);
    }

    boolean finAcknowledged() {
        return finSent && una == nxt;
    }

    /** Takes a window from a segment that is new enough. RFC 9293 §3.10.7.4, ESTABLISHED, ACK. */
    void window(int bytes, int sequence, int acknowledgement) {
        windowBytes = bytes;
        wl1 = sequence;
        wl2 = acknowledgement;
        maxWindowBytes = Math.max(maxWindowBytes, bytes);
    }

    /** Sends one segment if there is one to send: lost data first. */
    int sendOne(long nowNs) {
        final int pending = segments.nextLost();
        // RFC 6675 §4 NextSeg: retransmissions go first (rule 1); without room for one there is none for new data (rule
        // 2).
        final int result = pending >= 0 ? retransmit(pending, false, nowNs) : sendNew(false, nowNs);
        if (result != NOTHING || pending >= 0 || congestionLimited) {
            return result;
        }
        return connection.recovery.sendUnlost(nowNs);
    }

    /** Retransmits the n-th segment. {@code force}: whatever the congestion window says. */
    int retransmit(int n, boolean force, long nowNs) {
        final int limit = connection.payloadLimit();
        final int start = segments.start(n);
        int length = segments.bytes(n) - (segments.has(n, SentSegments.FIN) ? 1 : 0);
        if (!force) {
            final int pipe = connection.recovery.pipeBytes();
            if (pipe > 0 && pipe + Math.min(length, limit) > congestion.windowBytes()) {
                congestionLimited = true;
                return NOTHING;
            }
            if (n > 0 && SeqNum.gt(segments.end(n), una + windowBytes)) {
                // RFC 9293 §3.8.6: a shrunken window holds back all but the oldest segment.
                return NOTHING;
            }
        }
        if (length > limit) {
            if (segments.room() <= (n == 0 ? 0 : 1)) {
                return NOTHING;
            }
            segments.split(n, start + limit);
            length = limit;
        }
        final boolean fin = segments.has(n, SentSegments.FIN);
        final int flags = TcpHeader.ACK | (fin ? TcpHeader.FIN : 0) | (length > 0 ? TcpHeader.PSH : 0);
        if (!connection.tcp.output.sendData(connection, start, flags, length, nowNs)) {
            return BLOCKED;
        }
        segments.markRetransmitted(n, nowNs);
        connection.tcp.counters.retransmits++;
        connection.recovery.onSent(segments.bytes(n));
        lastSentNs = nowNs;
        if (!connection.timers.isArmed(ConnectionTimers.RETRANSMIT)) {
            armRetransmit(nowNs);
        }
        return SENT;
    }

    /** Sends new data or the FIN. {@code probe}: a tail loss probe, which the congestion window does not hold back. */
    int sendNew(boolean probe, long nowNs) {
        final int available = SeqNum.distance(nxt, written);
        final boolean finWaits = finQueued && !finSent;
        if ((available <= 0 && !finWaits) || segments.room() <= RESERVED_SLOTS) {
            return NOTHING;
        }
        final int usable = SeqNum.distance(nxt, una + windowBytes);
        final int limit = connection.payloadLimit();
        int length = Math.min(Math.min(available, limit), usable);
        if (!probe && length == limit && available > limit && connection.tcp.output.segments()) {
            length = Math.max(length, severalSegments(available, usable));
        }
        final boolean fin = finWaits && length == available && usable > available;
        if (length < 0 || (length == 0 && !fin)) {
            return NOTHING;
        }
        if (!fin && !probe && !worthSending(length, available)) {
            return NOTHING;
        }
        if (!probe && !fitsCongestionWindow(length)) {
            congestionLimited = true;
            return NOTHING;
        }
        final boolean wasIdle = segments.size() == 0;
        if (wasIdle && nowNs - lastSentNs > rtt.rtoNs()) {
            // RFC 5681 §4.1: restart window after idle.
            congestion.onIdle(settings.initialWindowSegments * connection.mssBytes);
        }
        final int flags =
                TcpHeader.ACK | (length == available && length > 0 ? TcpHeader.PSH : 0) | (fin ? TcpHeader.FIN : 0);
        if (!connection.tcp.output.sendData(connection, nxt, flags, length, nowNs)) {
            return BLOCKED;
        }
        final int end = nxt + length + (fin ? 1 : 0);
        // Each piece of what the device cuts has an entry of its own: it may be lost, SACKed and sent again by itself.
        int sent = 0;
        for (; length - sent > limit; sent += limit) {
            segments.add(nxt + sent, nxt + sent + limit, nowNs, false);
        }
        segments.add(nxt + sent, end, nowNs, fin);
        connection.recovery.onSent(end - nxt);
        nxt = end;
        finSent |= fin;
        overrideSws = false;
        afterNewData(wasIdle, nowNs);
        return SENT;
    }

    /** Payload to send as one frame that the device cuts: as many full segments as windows and table allow, and a last one if it ends the data. */
    private int severalSegments(int available, int usable) {
        final int limit = connection.payloadLimit();
        final int window = congestion.windowBytes() - connection.recovery.pipeBytes();
        final int slots = segments.room() - RESERVED_SLOTS;
        final int most = Math.min(connection.tcp.output.piecesBytes(connection), slots * limit);
        final int length = Math.min(Math.min(available, usable), Math.min(window, most));
        final boolean ends = length == available && (settings.noDelay || finQueued);
        return ends ? length : length - length % limit;
    }

    private void afterNewData(boolean wasIdle, long nowNs) {
        final ConnectionTimers timers = connection.timers;
        if (wasIdle) {
            progressNs = nowNs;
        }
        lastSentNs = nowNs;
        // RFC 6298 §5.1.
        if (!timers.isArmed(ConnectionTimers.RETRANSMIT)) {
            armRetransmit(nowNs);
        }
        timers.cancel(ConnectionTimers.PERSIST);
        persistCount = 0;
        connection.recovery.scheduleTailProbe(nowNs);
    }

    private boolean fitsCongestionWindow(int length) {
        final int pipe = connection.recovery.pipeBytes();
        return pipe == 0 || pipe + length <= congestion.windowBytes();
    }

    /** Sender's silly-window avoidance and Nagle. RFC 9293 §3.8.6.2.1 and §3.7.4. */
    private boolean worthSending(int length, int available) {
        if (length >= connection.payloadLimit() || overrideSws) {
            return true;
        }
        final boolean nothingOut = segments.size() == 0;
        if (length == available && (settings.noDelay || nothingOut || finQueued)) {
            return true;
        }
        return length >= maxWindowBytes / 2 && maxWindowBytes > 0;
    }

    /** RFC 6298 §5.1 and §5.3. */
    void armRetransmit(long nowNs) {
        connection.timers.set(ConnectionTimers.RETRANSMIT, nowNs + rtt.rtoNs());
        armUser();
    }

    private void armUser() {
        if (settings.userTimeoutNs > 0 && !connection.timers.isArmed(ConnectionTimers.USER)) {
            connection.timers.set(ConnectionTimers.USER, progressNs + settings.userTimeoutNs);
        }
    }

    /** After all that could be sent was sent: is the persist timer needed? RFC 9293 §3.8.6.1. */
    void armPersist(long nowNs) {
        final ConnectionTimers timers = connection.timers;
        if (segments.size() > 0 || !hasUnsent() || timers.isArmed(ConnectionTimers.PERSIST)) {
            return;
        }
        final int usable = SeqNum.distance(nxt, una + windowBytes);
        final boolean closed = usable <= 0 || (usable < 1 + SeqNum.distance(nxt, written) && finQueued);
        if (usable > 0 && !closed && segments.room() <= RESERVED_SLOTS) {
            return;
        }
        if (persistCount == 0) {
            progressNs = nowNs;
        }
        final long backedOff = rtt.rtoNs() << Math.min(persistCount, 16);
        final long delay = backedOff <= 0 ? settings.maxRtoNs : Math.min(backedOff, settings.maxRtoNs);
        timers.set(ConnectionTimers.PERSIST, nowNs + (usable > 0 ? Math.min(delay, SWS_OVERRIDE_NS) : delay));
        armUser();
    }

    /** The persist timer fired. Returns true if a zero-window probe is to be sent. */
    boolean onPersist(long nowNs) {
        if (segments.size() > 0 || !hasUnsent()) {
            return false;
        }
        persistCount++;
        if (SeqNum.distance(nxt, una + windowBytes) > 0) {
            overrideSws = true;
            return false;
        }
        return true;
    }

    @Override
    public String toString() {
        return "snd[una=" + (una - initial) + " nxt=" + (nxt - initial) + " written=" + (written - initial) + " wnd="
                + windowBytes + " cwnd=" + congestion.windowBytes() + " segs=" + segments.size() + " sacked="
                + segments.sackedBytes() + " lost=" + segments.lostBytes() + " rtx=" + segments.retransmittedBytes()
                + (finQueued ? " finq" : "") + (finSent ? " fin" : "") + ']';
    }
}
