package io.tickwire.edge.connection;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.handler.Exchange;
import io.tickwire.edge.handler.Handler;
import io.tickwire.edge.handler.HotHandler;
import io.tickwire.edge.handler.HotResponse;
import io.tickwire.edge.handler.ShardHandler;
import io.tickwire.edge.quota.QuotaClient;
import io.tickwire.net.transport.CloseCause;
import io.tickwire.net.transport.StreamHandler;
import io.tickwire.net.transport.StreamTransport;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/**
 * One client connection. Its requests are served strictly one at a time, as Kafka's socket server does by muting: what the
 * client sends meanwhile stays in the transport, and holds the client back once that is full. So a connection holds at most
 * one incomplete request and one response.
 *
 * <pre>
 * READING --request complete--> SERVING --respond--> SENDING --all taken by the transport--> READING
 *                                                            --the same, above a quota--> THROTTLED --time over--> READING
 * any --peer's end, fail, idle--> CLOSED
 * </pre>
 *
 * Belongs to its shard's thread.
 */
public final class Connection implements StreamHandler, Exchange {
    private enum State {
        READING,
        SERVING,
        SENDING,
        THROTTLED,
        CLOSED
    }

    // RequestHeader v0: key, version, correlation id. KIP-511 and every later header keep these in front.
    private static final int KEY_OFFSET = 0;
    private static final int VERSION_OFFSET = 2;
    private static final int CORRELATION_OFFSET = 4;
    private static final int SHORTEST_REQUEST = 8;

    private final ConnectionHost host;
    private final FrameMemory memory;
    private final StreamTransport stream;
    private final ColdPath cold;
    private final FrameAssembler assembler;
    private final ColdResponse coldResponse = new ColdResponse();
    private final String id;
    private State state = State.READING;
    private HotHandler serving;
    private QuotaClient quota;
    private int throttleMs;
    private HotResponse hotResponse;
    private long sequence;
    private long lastActiveNs;
    private int correlationId;
    private short apiVersion;
    private boolean paused;
    private boolean awaitsMemory;
    private boolean servesLongPoll;
    private boolean peerEnded;

    Connection(ConnectionHost host, FrameMemory memory, StreamTransport stream, String id) {
        this.host = host;
        this.memory = memory;
        this.stream = stream;
        this.id = id;
        cold = new ColdPath(this, host, stream, id);
        assembler = new FrameAssembler(memory);
        lastActiveNs = host.nowNs();
    }

    @Override
    public int onData(DirectBuffer buffer, int offset, int length) {
        lastActiveNs = host.nowNs();
        try {
            return take(buffer, offset, length);
        } catch (RuntimeException | OutOfMemoryError | InternalError e) {
            // InternalError: mapped memory that the disk could not back. Whatever it is, it is this request's alone.
            fail(e);
            return length;
        }
    }

    private int take(DirectBuffer buffer, int offset, int length) {
        int position = offset;
        int end = offset + length;
        while (state == State.READING && !awaitsMemory && position < end) {
            position += assembler.isEmpty() && end - position >= FrameAssembler.LENGTH_BYTES
                    ? takeWhole(buffer, position, end - position)
                    : takePiece(buffer, position, end - position);
        }
        if (state == State.CLOSED) {
            return length;
        }
        if (position < end) {
            hold();
        }
        return position - offset;
    }

    /** Serves a request that lies whole in the buffer, or starts to put it together. */
    private int takeWhole(DirectBuffer buffer, int offset, int length) {
        int frameLength = buffer.getInt(offset, ByteOrder.BIG_ENDIAN);
        if (!checkLength(frameLength)) {
            return length;
        }
        if (length - FrameAssembler.LENGTH_BYTES < frameLength) {
            return takePiece(buffer, offset, length);
        }
        dispatch(buffer, offset + FrameAssembler.LENGTH_BYTES, frameLength);
        return FrameAssembler.LENGTH_BYTES + frameLength;
    }

    private int takePiece(DirectBuffer buffer, int offset, int length) {
        int taken = 0;
        if (!assembler.hasLength()) {
            taken = assembler.takeLength(buffer, offset, length);
            if (assembler.hasLength() && !checkLength(assembler.frameLength())) {
                return length;
            }
        }
        if (taken == length) {
            return taken;
        }
        if (!assembler.reserve()) {
            host.counters().memoryWaits().increment();
            awaitsMemory = true;
            memory.await(this);
            return taken;
        }
        taken += assembler.takeBody(buffer, offset + taken, length - taken);
        if (assembler.isComplete()) {
            dispatch(assembler.frame(), 0, assembler.frameLength());
            assembler.clear();
        }
        return taken;
    }

    private boolean checkLength(int frameLength) {
        if (frameLength >= SHORTEST_REQUEST && frameLength <= host.limits().maxRequestBytes()) {
            return true;
        }
        fail("a request of " + frameLength + " bytes is not within " + SHORTEST_REQUEST + " and "
                + host.limits().maxRequestBytes() + " (socket.request.max.bytes)");
        return false;
    }

    private void dispatch(DirectBuffer frame, int offset, int length) {
        short key = frame.getShort(offset + KEY_OFFSET, ByteOrder.BIG_ENDIAN);
        apiVersion = frame.getShort(offset + VERSION_OFFSET, ByteOrder.BIG_ENDIAN);
        correlationId = frame.getInt(offset + CORRELATION_OFFSET, ByteOrder.BIG_ENDIAN);
        Handler handler = host.handlers().find(key);
        state = State.SERVING;
        sequence++;
        host.counters().requests().increment();
        if (handler == null) {
            fail("request with key " + key + ", which is not served");
        } else if (apiVersion < handler.minVersion() || apiVersion > handler.maxVersion()) {
            cold.refuseVersion(handler, frame, offset, length);
        } else {
            servesLongPoll = handler.isLongPoll();
            switch (handler) {
                case HotHandler hot -> serve(hot, frame, offset, length);
                case ControlHandler control -> cold.serve(control, frame, offset, length);
                case ShardHandler shard -> cold.serve(shard, frame, offset, length);
                default -> throw new IllegalStateException(handler + " is no kind of handler");
            }
        }
    }

    private void serve(HotHandler hot, DirectBuffer frame, int offset, int length) {
        serving = hot;
        quota().begin(frame, offset, length);
        hot.handle(this, frame, offset, length, host.nowNs());
        if (state == State.SERVING) {
            quota.park();
        }
    }

    @Override
    public QuotaClient quota() {
        if (quota == null) {
            quota = new QuotaClient(
                    host.handlers().quotas(),
                    KafkaPrincipal.ANONYMOUS,
                    stream.remoteAddress().getAddress());
        }
        return quota;
    }

    @Override
    public void throttle(int waitMs) {
        throttleMs = waitMs;
    }

    @Override
    public void respond(HotResponse response) {
        assert state == State.SERVING : state;
        serving = null;
        hotResponse = response;
        state = State.SENDING;
        if (!send()) {
            host.counters().slowResponses().increment();
        }
    }

    /** Answers a cold request; null sends nothing. Late answers, after the connection has ended, are dropped. */
    void respond(long requestSequence, ByteBuffer response, int waitMs) {
        if (state != State.SERVING || requestSequence != sequence) {
            return;
        }
        throttleMs = waitMs;
        if (response == null) {
            respondNothing();
            return;
        }
        coldResponse.start(response);
        state = State.SENDING;
        if (!send()) {
            host.counters().slowResponses().increment();
        }
    }

    @Override
    public void respondNothing() {
        serving = null;
        readOn();
    }

    /** Sends what is left; true when it is all gone, to the peer or with the connection. */
    private boolean send() {
        if (hotResponse != null) {
            if (!hotResponse.send(stream)) {
                return false;
            }
            hotResponse.release();
            hotResponse = null;
        } else if (!coldResponse.send(stream)) {
            return false;
        }
        readOn();
        return true;
    }

    private void readOn() {
        if (state == State.CLOSED) {
            return;
        }
        lastActiveNs = host.nowNs();
        if (peerEnded) {
            close();
        } else if (throttleMs > 0) {
            state = State.THROTTLED;
            host.counters().throttled().increment();
            hold();
            host.later(throttleMs * 1_000_000L, this::endThrottle);
            throttleMs = 0;
        } else {
            state = State.READING;
            resume();
        }
    }

    private void endThrottle() {
        if (state == State.THROTTLED) {
            state = State.READING;
            lastActiveNs = host.nowNs();
            resume();
        }
    }

    /** Reads nothing until {@link #resume()}. */
    void hold() {
        paused = true;
        stream.pauseReading();
    }

    void resume() {
        if (paused) {
            paused = false;
            stream.resumeReading();
        }
    }

    /** Memory was given back: the request that waits for it tries again. */
    void memoryFreed() {
        awaitsMemory = false;
        if (state == State.READING) {
            resume();
        }
    }

    @Override
    public void onWritable() {
        if (state == State.SENDING) {
            lastActiveNs = host.nowNs();
            try {
                send();
            } catch (RuntimeException | InternalError e) {
                fail(e);
            }
        }
    }

    /** As Kafka, which reads no further while it serves: a request is answered before its client's end is noticed. */
    @Override
    public boolean onPeerEnd() {
        peerEnded = state == State.SENDING || (state == State.SERVING && !servesLongPoll);
        return peerEnded;
    }

    @Override
    public void onClosed(CloseCause cause) {
        end();
    }

    @Override
    public void fail(String reason) {
        if (state != State.CLOSED) {
            host.counters().rejected().increment();
            cold.logFailure(reason);
            close();
        }
    }

    @Override
    public void fail(Throwable failure) {
        host.errors().add("a request", failure);
        fail("internal error: " + failure);
    }

    /** Ends the connection; what the transport has accepted is still sent. */
    public void close() {
        stream.close();
        end();
    }

    private void end() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        if (serving != null) {
            serving.cancelled(this);
            serving = null;
        }
        if (hotResponse != null) {
            hotResponse.release();
            hotResponse = null;
        }
        coldResponse.clear();
        memory.forget(this);
        assembler.clear();
        host.closed(this);
    }

    /** Closes the connection when nothing has moved on it for too long; a request being served does not count as idle. */
    void closeIfIdle(long nowNs, long maxIdleNs) {
        boolean idles = state == State.READING || state == State.SENDING;
        if (idles && nowNs - lastActiveNs > maxIdleNs) {
            host.counters().idleClosed().increment();
            close();
        }
    }

    @Override
    public short apiVersion() {
        return apiVersion;
    }

    @Override
    public int correlationId() {
        return correlationId;
    }

    @Override
    public String connectionId() {
        return id;
    }

    @Override
    public long sequence() {
        return sequence;
    }

    @Override
    public boolean isOpen() {
        return state != State.CLOSED;
    }

    @Override
    public String toString() {
        return id;
    }
}
