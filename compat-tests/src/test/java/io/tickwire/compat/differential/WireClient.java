package io.tickwire.compat.differential;

import io.tickwire.compat.target.Target;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;

/** Sends one request at a time, at the version it is told: what no stock client of one version would send. */
public final class WireClient implements AutoCloseable {

    private static final int TIMEOUT_MS = 60_000;

    private final Socket socket = new Socket();
    private final String clientId;
    private int correlationId;

    public WireClient(Target target, String clientId) throws IOException {
        this.clientId = clientId;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.connect(new InetSocketAddress(target.host(), target.port()), TIMEOUT_MS);
    }

    /** Sends and awaits the answer of the request's own kind. */
    public <T extends AbstractResponse> T ask(AbstractRequest request, Class<T> kind) throws IOException {
        return kind.cast(ask(request));
    }

    AbstractResponse ask(AbstractRequest request) throws IOException {
        RequestHeader header = send(request);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        return AbstractResponse.parseResponse(ByteBuffer.wrap(frame), header);
    }

    private RequestHeader send(AbstractRequest request) throws IOException {
        RequestHeader header = new RequestHeader(request.apiKey(), request.version(), clientId, correlationId++);
        ByteBuffer body = request.serializeWithHeader(header);
        ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + body.remaining());
        frame.putInt(body.remaining()).put(body);
        socket.getOutputStream().write(frame.array());
        return header;
    }

    /** Returns the answer's message. */
    <T extends ApiMessage> T ask(ApiKeys key, ApiMessage message, int version, Class<T> kind) throws IOException {
        ByteBuffer bytes =
                MessageUtil.toByteBufferAccessor(message, (short) version).buffer();
        AbstractRequest request =
                AbstractRequest.parseRequest(key, (short) version, new ByteBufferAccessor(bytes)).request;
        return kind.cast(ask(request).data());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
