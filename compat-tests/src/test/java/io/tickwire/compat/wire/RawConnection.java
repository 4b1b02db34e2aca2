package io.tickwire.compat.wire;

import io.tickwire.compat.target.Target;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;

/** A connection that sends what it is told, byte for byte. Used by one thread. */
final class RawConnection implements AutoCloseable {

    private static final int CONNECT_TIMEOUT_MS = 30_000;

    /** For an answer that should come: a busy machine may keep a broker from giving it for long. */
    private static final int PATIENCE_MS = 30_000;

    /** To see that nothing comes, where nothing should. */
    private static final int SILENCE_MS = 300;

    /** What is said of a broker from which nothing comes. */
    static final String SILENT = "SILENT";

    private static final String CLOSED = "CLOSED";

    /** After key and version in a request's header. */
    private static final int CORRELATION_ID_OFFSET = 4;

    /** What came back: a frame, or the reason why none did. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Reply(byte[] frame, String instead) {}

    private final Target target;
    private final boolean isSilenceExpected;
    private Socket socket;

    /** Connects when first sent to; where silence is expected, no answer is waited for long. */
    RawConnection(Target target, boolean isSilenceExpected) {
        this.target = target;
        this.isSilenceExpected = isSilenceExpected;
    }

    void send(byte[] bytes) {
        try {
            if (socket == null) {
                socket = new Socket();
                socket.setTcpNoDelay(true);
                socket.connect(new InetSocketAddress(target.host(), target.port()), CONNECT_TIMEOUT_MS);
            }
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("to " + target.name(), e);
        }
    }

    /** Sends one frame: the length, then the bytes. */
    void sendFrame(ByteBuffer content) {
        byte[] bytes = new byte[4 + content.remaining()];
        ByteBuffer.wrap(bytes).putInt(content.remaining()).put(content.duplicate());
        send(bytes);
    }

    /** Sends an ApiVersions request behind another one and waits for what comes first, which may be that the broker hangs up. */
    Reply askBehind(int correlationId) {
        ByteBuffer request = WireFormat.request(ApiKeys.API_VERSIONS, (short) 0, new byte[0]);
        request.putInt(CORRELATION_ID_OFFSET, correlationId);
        try {
            sendFrame(request);
        } catch (UncheckedIOException e) {
            return new Reply(null, CLOSED);
        }
        return receive();
    }

    /** Waits for an answer that should come. */
    Reply receive() {
        return receive(isSilenceExpected ? SILENCE_MS : PATIENCE_MS);
    }

    /** Waits as long as it takes to say that nothing comes. */
    Reply receiveNothing() {
        return receive(SILENCE_MS);
    }

    private Reply receive(int timeoutMs) {
        try {
            socket.setSoTimeout(timeoutMs);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            int size = in.readInt();
            byte[] frame = new byte[size];
            in.readFully(frame);
            return new Reply(frame, null);
        } catch (SocketTimeoutException e) {
            return new Reply(null, SILENT);
        } catch (IOException e) {
            // An end of stream and a reset are both the broker's way to hang up.
            close();
            return new Reply(null, CLOSED);
        }
    }

    /** Says that no more will be sent, so that a broker that waits for the rest can give up. */
    void finishSending() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            socket = null;
        }
    }
}
