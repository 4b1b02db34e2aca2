package io.tickwire.edge.connection;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.handler.Exchange;
import io.tickwire.edge.handler.FeatureSnapshot;
import io.tickwire.edge.handler.HandlerTable;
import io.tickwire.edge.handler.HotHandler;
import io.tickwire.edge.handler.HotResponse;
import io.tickwire.edge.handler.HotResponsePool;
import io.tickwire.edge.handler.ShardHandler;
import io.tickwire.edge.quota.ClientQuotas;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.utils.Time;

/** A connection over a fake stream, with a hot handler that a test answers and a control handler that it completes. */
final class ConnectionFixture implements ConnectionHost {
    final FakeStream stream = new FakeStream();
    final ConnectionCounters counters = new ConnectionCounters();
    final InternalErrors errors = new InternalErrors();
    final HotResponsePool responses = new HotResponsePool();
    final List<Integer> hotServed = new ArrayList<>();
    final ArrayDeque<Exchange> hotWaiting = new ArrayDeque<>();
    final ArrayDeque<CompletableFuture<ApiMessage>> controlWaiting = new ArrayDeque<>();
    final ArrayDeque<Runnable> posted = new ArrayDeque<>();
    final ArrayDeque<Runnable> conductorTasks = new ArrayDeque<>();
    final List<Connection> closed = new ArrayList<>();
    final FrameMemory memory;
    final Connection connection;
    long nowNs = 1;
    long laterNs;
    int throttleMs;
    int hotCancelled;
    boolean hotAnswersAtOnce = true;
    private final ConnectionLimits limits;
    final ClientQuotas quotas = ClientQuotas.withDefaults(Time.SYSTEM);
    final ArrayDeque<Runnable> later = new ArrayDeque<>();
    private final HandlerTable table =
            new HandlerTable(List.of(new Hot(), new Control(), new Share()), () -> FeatureSnapshot.NONE, quotas);

    ConnectionFixture(int maxRequestBytes, long inflightBytes) {
        limits = new ConnectionLimits(maxRequestBytes, 1000, inflightBytes);
        memory = new FrameMemory(inflightBytes);
        connection = new Connection(this, memory, stream, "test");
    }

    /** Gives bytes to the connection as a transport would; returns how many it took. */
    int receive(byte[] bytes) {
        return connection.onData(new UnsafeBuffer(bytes), 0, bytes.length);
    }

    void runPosted() {
        while (!conductorTasks.isEmpty() || !posted.isEmpty()) {
            (conductorTasks.isEmpty() ? posted : conductorTasks).poll().run();
        }
    }

    void answerHot() {
        answer(hotWaiting.poll());
    }

    private void answer(Exchange exchange) {
        HotResponse response = responses.acquire();
        response.scratch().putInt(0, exchange.correlationId());
        response.bytes(4);
        exchange.throttle(throttleMs);
        exchange.respond(response);
    }

    /** Correlation ids that were answered by the hot handler, in order. */
    List<Integer> hotAnswers() {
        UnsafeBuffer sent = new UnsafeBuffer(stream.sent.toByteArray());
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i + 4 <= sent.capacity(); i += 4) {
            ids.add(sent.getInt(i));
        }
        return ids;
    }

    /** A request of the hot kind, with so many bytes of body. */
    static byte[] hot(int correlationId, int bodyBytes) {
        ByteBuffer frame = ByteBuffer.allocate(4 + 10 + bodyBytes);
        frame.putInt(10 + bodyBytes).putShort(ApiKeys.FETCH.id).putShort(ApiKeys.FETCH.latestVersion());
        frame.putInt(correlationId).putShort((short) -1);
        return frame.array();
    }

    static byte[] apiVersions(int correlationId, short version) {
        return request(
                ApiKeys.API_VERSIONS,
                version,
                correlationId,
                new ApiVersionsRequestData().setClientSoftwareName("test").setClientSoftwareVersion("1"),
                ApiKeys.API_VERSIONS.isVersionSupported(version) ? version : (short) 3);
    }

    static byte[] request(ApiKeys key, short version, int correlationId, ApiMessage body, short bodyVersion) {
        RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(key.id)
                .setRequestApiVersion(version)
                .setCorrelationId(correlationId)
                .setClientId("test");
        ByteBuffer bytes = RequestUtils.serialize(header, key.requestHeaderVersion(version), body, bodyVersion);
        return ByteBuffer.allocate(4 + bytes.remaining())
                .putInt(bytes.remaining())
                .put(bytes)
                .array();
    }

    static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer joined = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            joined.put(part);
        }
        return joined.array();
    }

    @Override
    public HandlerTable handlers() {
        return table;
    }

    @Override
    public Executor conductor() {
        return conductorTasks::add;
    }

    @Override
    public boolean post(Runnable task) {
        return posted.add(task);
    }

    @Override
    public void later(long delayNs, Runnable task) {
        laterNs = delayNs;
        later.add(task);
    }

    @Override
    public long nowNs() {
        return nowNs;
    }

    @Override
    public void closed(Connection ended) {
        closed.add(ended);
    }

    @Override
    public InternalErrors errors() {
        return errors;
    }

    @Override
    public ConnectionCounters counters() {
        return counters;
    }

    @Override
    public ConnectionLimits limits() {
        return limits;
    }

    private final class Hot implements HotHandler {
        @Override
        public ApiKeys key() {
            return ApiKeys.FETCH;
        }

        @Override
        public boolean isLongPoll() {
            return true;
        }

        @Override
        public void handle(Exchange exchange, DirectBuffer frame, int offset, int length, long now) {
            hotServed.add(exchange.correlationId());
            if (hotAnswersAtOnce) {
                answer(exchange);
            } else {
                hotWaiting.add(exchange);
            }
        }

        @Override
        public void cancelled(Exchange exchange) {
            hotCancelled++;
        }
    }

    private final class Share implements ShardHandler {
        @Override
        public ApiKeys key() {
            return ApiKeys.SHARE_FETCH;
        }

        @Override
        public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage request) {
            CompletableFuture<ApiMessage> future = new CompletableFuture<>();
            controlWaiting.add(future);
            return future;
        }
    }

    private final class Control implements ControlHandler {
        @Override
        public ApiKeys key() {
            return ApiKeys.DESCRIBE_CLUSTER;
        }

        @Override
        public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage request) {
            CompletableFuture<ApiMessage> future = new CompletableFuture<>();
            controlWaiting.add(future);
            return future;
        }
    }

    static DescribeClusterResponseData clusterAnswer() {
        DescribeClusterResponseData answer = new DescribeClusterResponseData().setClusterId("c");
        assert MessageUtil.toByteBufferAccessor(answer, (short) 1).remaining() > 0;
        return answer;
    }
}
