package io.tickwire.edge.connection;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.handler.Handler;
import io.tickwire.edge.handler.ShardHandler;
import io.tickwire.edge.quota.QuotaClient;
import io.tickwire.kafka.message.KafkaRequests;
import io.tickwire.kafka.message.MalformedRequestException;
import io.tickwire.kafka.message.ThrottleTimes;
import io.tickwire.net.transport.StreamTransport;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.agrona.DirectBuffer;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Requests of one connection that go through Kafka's own classes: to the conductor, or to a handler on the shard. */
final class ColdPath {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final ListenerName LISTENER = ListenerName.forSecurityProtocol(SecurityProtocol.PLAINTEXT);

    private final Connection connection;
    private final ConnectionHost host;
    private final String id;
    private final InetAddress clientAddress;
    private final int clientPort;
    private QuotaClient quota;
    private ClientInformation client = ClientInformation.EMPTY;

    ColdPath(Connection connection, ConnectionHost host, StreamTransport stream, String id) {
        this.connection = connection;
        this.host = host;
        this.id = id;
        clientAddress = stream.remoteAddress().getAddress();
        clientPort = stream.remoteAddress().getPort();
    }

    /** A version that is not served: only ApiVersions has an answer to that. */
    void refuseVersion(Handler handler, DirectBuffer frame, int offset, int length) {
        if (handler.key() != ApiKeys.API_VERSIONS) {
            connection.fail(handler.key() + " request of version " + connection.apiVersion() + ", served are "
                    + handler.minVersion() + " to " + handler.maxVersion());
            return;
        }
        ColdRequest request = parse(frame, offset, length);
        if (request != null) {
            connection.respond(connection.sequence(), request.unknownApiVersionsAnswer(), 0);
        }
    }

    void serve(ControlHandler handler, DirectBuffer frame, int offset, int length) {
        ColdRequest request = parse(frame, offset, length);
        if (request == null) {
            return;
        }
        long sequence = connection.sequence();
        try {
            host.conductor().execute(() -> call(handler, request, sequence));
        } catch (RejectedExecutionException e) {
            connection.fail("too many control requests wait: " + e.getMessage());
        }
    }

    /** On the conductor's thread. */
    private void call(ControlHandler handler, ColdRequest request, long sequence) {
        long startNs = System.nanoTime();
        CompletionStage<? extends ApiMessage> stage;
        try {
            stage = handler.handle(request.context(), request.request().data());
        } catch (RuntimeException e) {
            stage = CompletableFuture.failedFuture(e);
        }
        answerLater(request, sequence, System.nanoTime() - startNs, stage);
    }

    void serve(ShardHandler handler, DirectBuffer frame, int offset, int length) {
        ColdRequest request = parse(frame, offset, length);
        if (request == null) {
            return;
        }
        if (request.request() instanceof ApiVersionsRequest versions && versions.version() >= 3 && versions.isValid()) {
            client = new ClientInformation(
                    versions.data().clientSoftwareName(), versions.data().clientSoftwareVersion());
        }
        long startNs = System.nanoTime();
        CompletionStage<? extends ApiMessage> stage;
        try {
            stage = handler.handle(request.context(), request.request().data());
        } catch (RuntimeException e) {
            stage = CompletableFuture.failedFuture(e);
        }
        long usedNs = System.nanoTime() - startNs;
        CompletableFuture<? extends ApiMessage> future = stage.toCompletableFuture();
        if (future.isDone()) {
            Throwable failure = future.isCompletedExceptionally() ? future.exceptionNow() : null;
            Answer answer = answer(request, usedNs, failure == null ? future.join() : null, failure);
            connection.respond(connection.sequence(), answer.bytes, answer.throttleMs);
        } else {
            answerLater(request, connection.sequence(), usedNs, stage);
        }
    }

    private void answerLater(
            ColdRequest request, long sequence, long usedNs, CompletionStage<? extends ApiMessage> stage) {
        // The outcome is handled whole here; nobody else waits for this stage.
        CompletionStage<Boolean> _ = stage.handle((response, failure) -> {
            Answer answer = answer(request, usedNs, response, failure);
            return host.post(() -> connection.respond(sequence, answer.bytes, answer.throttleMs));
        });
    }

    private record Answer(ByteBuffer bytes, int throttleMs) {}

    private Answer answer(ColdRequest request, long usedNs, ApiMessage response, Throwable failure) {
        RequestHeader header = request.context().header;
        int throttleMs = header.apiKey().clusterAction ? 0 : quota.served(header.clientId(), usedNs);
        if (failure == null) {
            try {
                int longestMs = response == null ? throttleMs : ThrottleTimes.raise(response, throttleMs);
                ByteBuffer bytes = request.bytes(response);
                if (header.apiKey() == ApiKeys.SHARE_FETCH) {
                    // The member has these records locked by now: it gets them, and waits before it asks for more.
                    int forBytesMs = quota.delivered(header.clientId(), bytes.remaining());
                    if (forBytesMs > longestMs) {
                        longestMs = ThrottleTimes.raise(response, forBytesMs);
                        bytes = request.bytes(response);
                    }
                }
                return new Answer(bytes, longestMs);
            } catch (RuntimeException e) {
                LOG.error("response to {} cannot be written", header, e);
                return new Answer(request.failure(e, throttleMs), throttleMs);
            }
        }
        if (!(failure instanceof org.apache.kafka.common.errors.ApiException)) {
            LOG.debug("{} failed", header, failure);
        }
        return new Answer(request.failure(failure, throttleMs), throttleMs);
    }

    /** Parses a request; null when it cannot be, and the connection was failed. */
    private ColdRequest parse(DirectBuffer frame, int offset, int length) {
        quota = connection.quota();
        byte[] copy = new byte[length];
        frame.getBytes(offset, copy);
        ByteBuffer buffer = ByteBuffer.wrap(copy);
        try {
            RequestHeader header = RequestHeader.parse(buffer);
            RequestContext context = new RequestContext(
                    header,
                    id,
                    clientAddress,
                    Optional.of(clientPort),
                    KafkaPrincipal.ANONYMOUS,
                    LISTENER,
                    SecurityProtocol.PLAINTEXT,
                    client,
                    false);
            return new ColdRequest(context, KafkaRequests.parseBody(header, buffer));
        } catch (RuntimeException | MalformedRequestException e) {
            connection.fail("malformed request: " + e.getMessage());
            return null;
        }
    }

    void logFailure(String reason) {
        try {
            host.conductor().execute(() -> LOG.warn("connection {} closed: {}", id, reason));
        } catch (RejectedExecutionException e) {
            LOG.debug("connection {} closed: {}", id, reason);
        }
    }
}
