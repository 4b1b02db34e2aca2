package io.tickwire.edge.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.net.transport.CloseCause;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.metrics.Quota;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.server.quota.ClientQuotaManager;
import org.junit.jupiter.api.Test;

class ConnectionTest {
    private final ConnectionFixture fixture = new ConnectionFixture(200_000, 1 << 20);

    @Test
    void requestsArriveByteByByteEachIsServedOnceInOrder() {
        byte[] all = ConnectionFixture.join(
                ConnectionFixture.hot(1, 0), ConnectionFixture.hot(2, 100), ConnectionFixture.hot(3, 5000));
        for (byte one : all) {
            assertEquals(1, fixture.receive(new byte[] {one}));
        }
        assertEquals(List.of(1, 2, 3), fixture.hotServed);
        assertEquals(List.of(1, 2, 3), fixture.hotAnswers());
    }

    @Test
    void pipelinedRequestsFirstNotAnsweredTheSecondStaysInTheTransport() {
        fixture.hotAnswersAtOnce = false;
        byte[] first = ConnectionFixture.hot(1, 10);
        byte[] second = ConnectionFixture.hot(2, 10);
        assertEquals(first.length, fixture.receive(ConnectionFixture.join(first, second)));
        assertTrue(fixture.stream.paused);
        assertEquals(List.of(1), fixture.hotServed);
        fixture.answerHot();
        assertFalse(fixture.stream.paused);
        assertEquals(second.length, fixture.receive(second));
        assertEquals(List.of(1, 2), fixture.hotServed);
    }

    @Test
    void peerTakesNoMoreTheResponseWaitsAndNothingElseIsRead() {
        fixture.stream.room = 2;
        fixture.receive(ConnectionFixture.hot(1, 0));
        assertEquals(1, fixture.counters.slowResponses().get());
        assertEquals(1, fixture.responses.inUse());
        assertEquals(0, fixture.receive(ConnectionFixture.hot(2, 0)));
        assertTrue(fixture.stream.paused);
        fixture.stream.room = 100;
        fixture.connection.onWritable();
        assertEquals(0, fixture.responses.inUse());
        assertFalse(fixture.stream.paused);
        assertEquals(List.of(1), fixture.hotAnswers());
    }

    @Test
    void lengthsOutOfBoundsCloseTheConnection() {
        for (int length : new int[] {-1, 0, 7, 200_001, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            ConnectionFixture each = new ConnectionFixture(200_000, 1 << 20);
            each.receive(ByteBuffer.allocate(20).putInt(length).array());
            assertTrue(each.stream.closed, "length " + length);
            assertEquals(1, each.counters.rejected().get());
            assertEquals(1, each.closed.size());
        }
    }

    @Test
    void unknownKeysAndVersionsCloseTheConnection() {
        for (short[] keyAndVersion : new short[][] {{999, 0}, {-1, 0}, {1, 99}, {1, 3}, {0, 9}}) {
            ConnectionFixture each = new ConnectionFixture(200_000, 1 << 20);
            ByteBuffer frame = ByteBuffer.allocate(14).putInt(10);
            each.receive(frame.putShort(keyAndVersion[0])
                    .putShort(keyAndVersion[1])
                    .putInt(5)
                    .putShort((short) -1)
                    .array());
            assertTrue(each.stream.closed, Arrays.toString(keyAndVersion));
        }
    }

    @Test
    void apiVersionsOfTheFutureIsAnsweredInVersionZero() {
        fixture.receive(ConnectionFixture.apiVersions(9, (short) 127));
        ByteBuffer sent = ByteBuffer.wrap(fixture.stream.sent.toByteArray());
        assertEquals(sent.capacity() - 4, sent.getInt());
        assertEquals(9, sent.getInt());
        ApiVersionsResponseData answer = new ApiVersionsResponseData(new ByteBufferAccessor(sent), (short) 0);
        assertEquals(Errors.UNSUPPORTED_VERSION.code(), answer.errorCode());
        assertEquals(
                ApiKeys.API_VERSIONS.latestVersion(),
                answer.apiKeys().find(ApiKeys.API_VERSIONS.id).maxVersion());
        assertFalse(fixture.stream.closed);
    }

    @Test
    void apiVersionsListsTheHandlers() {
        fixture.receive(ConnectionFixture.apiVersions(9, (short) 3));
        ByteBuffer sent = ByteBuffer.wrap(fixture.stream.sent.toByteArray());
        sent.position(8);
        ApiVersionsResponseData answer = new ApiVersionsResponseData(new ByteBufferAccessor(sent), (short) 3);
        assertEquals(0, answer.errorCode());
        assertEquals(4, answer.apiKeys().size());
    }

    @Test
    void controlRequestIsAnsweredOnceItsStageCompletes() {
        fixture.receive(describeCluster(4));
        fixture.runPosted();
        assertEquals(0, fixture.stream.sent.size());
        fixture.controlWaiting.poll().complete(ConnectionFixture.clusterAnswer());
        fixture.runPosted();
        assertEquals("c", clusterResponse().clusterId());
    }

    @Test
    void controlRequestFailsTheErrorIsAnswered() {
        fixture.receive(describeCluster(4));
        fixture.runPosted();
        fixture.controlWaiting.poll().completeExceptionally(new TopicAuthorizationException("no"));
        fixture.runPosted();
        assertEquals(Errors.TOPIC_AUTHORIZATION_FAILED.code(), clusterResponse().errorCode());
    }

    @Test
    void connectionEndsBeforeAControlAnswerNothingIsSent() {
        fixture.receive(describeCluster(4));
        fixture.runPosted();
        fixture.connection.onClosed(CloseCause.PEER_RESET);
        fixture.controlWaiting.poll().complete(ConnectionFixture.clusterAnswer());
        fixture.runPosted();
        assertEquals(0, fixture.stream.sent.size());
        assertEquals(1, fixture.closed.size());
    }

    @Test
    void peerEndsWhileServedItIsAnsweredAndThenTheConnectionCloses() {
        fixture.receive(ConnectionFixture.request(
                ApiKeys.DESCRIBE_CLUSTER, (short) 1, 7, new DescribeClusterRequestData(), (short) 1));
        fixture.runPosted();
        assertTrue(fixture.connection.onPeerEnd());
        fixture.controlWaiting.poll().complete(ConnectionFixture.clusterAnswer());
        fixture.runPosted();
        assertTrue(fixture.stream.sent.size() > 0);
        assertTrue(fixture.stream.closed);
        assertEquals(1, fixture.closed.size());
    }

    @Test
    void peerEndsWhileItTakesAnAnswerTheRestIsSentFirst() {
        fixture.stream.room = 1;
        fixture.receive(ConnectionFixture.hot(1, 8));
        assertTrue(fixture.connection.onPeerEnd());
        fixture.stream.room = 100;
        fixture.connection.onWritable();
        assertEquals(List.of(1), fixture.hotAnswers());
        assertTrue(fixture.stream.closed);
    }

    @Test
    void peerEndsAndNothingOrOnlyALongPollIsServedTheConnectionEnds() {
        assertFalse(fixture.connection.onPeerEnd());
        fixture.hotAnswersAtOnce = false;
        fixture.receive(ConnectionFixture.hot(1, 8));
        assertFalse(fixture.connection.onPeerEnd());
    }

    @Test
    void recordsDeliveredAboveTheConsumersRateAreSentAndTheMemberWaits() throws Exception {
        fixture.quotas.update(
                "consumer_byte_rate",
                Optional.of(ClientQuotaManager.DEFAULT_USER_ENTITY),
                Optional.empty(),
                Optional.of(Quota.upperBound(0.1)));
        fixture.receive(ConnectionFixture.request(
                ApiKeys.SHARE_FETCH,
                (short) 1,
                7,
                new ShareFetchRequestData().setGroupId("g").setMemberId("m"),
                (short) 1));
        fixture.controlWaiting.poll().complete(new ShareFetchResponseData().setAcquisitionLockTimeoutMs(5));
        fixture.runPosted();
        ByteBuffer answer =
                ByteBuffer.wrap(fixture.stream.sent.toByteArray()).position(4).slice();
        ShareFetchResponseData response = (ShareFetchResponseData)
                AbstractResponse.parseResponse(answer, new RequestHeader(ApiKeys.SHARE_FETCH, (short) 1, "test", 7))
                        .data();
        assertEquals(5, response.acquisitionLockTimeoutMs());
        assertTrue(response.throttleTimeMs() > 0);
        assertEquals(response.throttleTimeMs() * 1_000_000L, fixture.laterNs);
    }

    @Test
    void connectionEndsBeforeAHotAnswerTheHandlerIsTold() {
        fixture.hotAnswersAtOnce = false;
        fixture.receive(ConnectionFixture.hot(1, 0));
        fixture.connection.onClosed(CloseCause.PEER_CLOSED);
        fixture.connection.onClosed(CloseCause.PEER_CLOSED);
        assertEquals(1, fixture.hotCancelled);
        assertEquals(1, fixture.closed.size());
    }

    @Test
    void longRequestFindsNoMemoryItWaitsUntilAnotherIsDone() {
        ConnectionFixture each = new ConnectionFixture(300_000, 150_000);
        assertTrue(each.memory.reserve(100_000));
        byte[] request = ConnectionFixture.hot(1, 99_000);
        assertEquals(4, each.receive(Arrays.copyOf(request, 1000)));
        assertTrue(each.stream.paused);
        assertEquals(1, each.counters.memoryWaits().get());
        each.memory.unreserve(100_000);
        assertFalse(each.stream.paused);
        each.receive(Arrays.copyOfRange(request, 4, request.length));
        assertEquals(List.of(1), each.hotServed);
        assertEquals(0, each.memory.reservedBytes());
    }

    @Test
    void idleLongerThanAllowedIsClosedUnlessARequestIsServed() {
        fixture.connection.closeIfIdle(500, 1000);
        assertFalse(fixture.stream.closed);
        fixture.hotAnswersAtOnce = false;
        fixture.receive(ConnectionFixture.hot(1, 0));
        fixture.connection.closeIfIdle(5000, 1000);
        assertFalse(fixture.stream.closed);
        fixture.nowNs = 5000;
        fixture.answerHot();
        fixture.connection.closeIfIdle(6001, 1000);
        assertTrue(fixture.stream.closed);
        assertEquals(1, fixture.counters.idleClosed().get());
    }

    private static byte[] describeCluster(int correlationId) {
        return ConnectionFixture.request(
                ApiKeys.DESCRIBE_CLUSTER, (short) 1, correlationId, new DescribeClusterRequestData(), (short) 1);
    }

    private DescribeClusterResponseData clusterResponse() {
        ByteBuffer sent = ByteBuffer.wrap(fixture.stream.sent.toByteArray());
        // Length, correlation id, and the flexible header's empty tagged fields.
        sent.position(9);
        return new DescribeClusterResponseData(new ByteBufferAccessor(sent), (short) 1);
    }

    @Test
    void answerAboveAQuotaIsSentAndTheNextRequestWaits() {
        fixture.throttleMs = 30;
        byte[] two = ConnectionFixture.join(ConnectionFixture.hot(1, 8), ConnectionFixture.hot(2, 8));
        int taken = fixture.receive(two);
        assertEquals(two.length / 2, taken);
        assertEquals(List.of(1), fixture.hotAnswers());
        assertEquals(30_000_000, fixture.laterNs);
        assertEquals(1, fixture.counters.throttled().get());
        fixture.connection.closeIfIdle(fixture.nowNs + 1_000_000_000L, 1000);
        assertTrue(fixture.connection.isOpen());
        fixture.throttleMs = 0;
        fixture.later.poll().run();
        fixture.receive(ConnectionFixture.hot(2, 8));
        assertEquals(List.of(1, 2), fixture.hotAnswers());
    }

    @Test
    void connectionEndsWhileThrottledTheEndOfTheWaitChangesNothing() {
        fixture.throttleMs = 30;
        fixture.receive(ConnectionFixture.hot(1, 8));
        fixture.connection.close();
        fixture.later.poll().run();
        assertEquals(0, fixture.receive(ConnectionFixture.hot(2, 8)) - ConnectionFixture.hot(2, 8).length);
        assertEquals(List.of(1), fixture.hotAnswers());
    }

    @Test
    void controlRequestAboveTheRequestQuotaIsToldSoAndWaits() throws Exception {
        fixture.quotas.update(
                "request_percentage",
                Optional.of(ClientQuotaManager.DEFAULT_USER_ENTITY),
                Optional.empty(),
                Optional.of(Quota.upperBound(0.000_000_1)));
        for (int i = 0; i < 2; i++) {
            fixture.receive(ConnectionFixture.request(
                    ApiKeys.DESCRIBE_CLUSTER, (short) 1, 7, new DescribeClusterRequestData(), (short) 1));
            fixture.runPosted();
            fixture.controlWaiting.poll().complete(ConnectionFixture.clusterAnswer());
            fixture.runPosted();
            ByteBuffer answer = ByteBuffer.wrap(fixture.stream.sent.toByteArray());
            fixture.stream.sent.reset();
            answer.position(4);
            AbstractResponse response = AbstractResponse.parseResponse(
                    answer, new RequestHeader(ApiKeys.DESCRIBE_CLUSTER, (short) 1, "test", 7));
            assertEquals(1_000, response.throttleTimeMs());
            assertEquals(1_000_000_000L, fixture.laterNs);
            fixture.later.poll().run();
        }
    }
}
