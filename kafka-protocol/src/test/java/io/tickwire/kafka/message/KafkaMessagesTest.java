package io.tickwire.kafka.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tickwire.kafka.KafkaBytes;
import io.tickwire.kafka.Seeds;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.MetadataRequest;
import org.junit.jupiter.api.Test;

class KafkaMessagesTest {
    private static final byte[] HOSTILE = {0, 1, 2, 3, 0x7F, (byte) 0x80, (byte) 0xFF, 0x05};
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static List<ApiKeys> keys() {
        return Arrays.stream(ApiKeys.values()).filter(ApiKeys::hasValidVersion).toList();
    }

    private static byte[] frame(final ApiKeys key, final short version, final byte[] body) {
        final short headerVersion = version > key.latestVersion() ? 2 : key.requestHeaderVersion(version);
        final byte[] header = KafkaBytes.body(
                new RequestHeaderData()
                        .setRequestApiKey(key.id)
                        .setRequestApiVersion(version)
                        .setCorrelationId(42)
                        .setClientId("c"),
                headerVersion);
        return ByteBuffer.allocate(header.length + body.length)
                .put(header)
                .put(body)
                .array();
    }

    private static KafkaRequests.Parsed parse(final byte[] frame) throws MalformedRequestException {
        return KafkaRequests.parse(new UnsafeBuffer(frame), 0, frame.length);
    }

    @Test
    void requestOfManyElementsIsReadBack() throws MalformedRequestException {
        for (short version = ApiKeys.METADATA.oldestVersion(); version <= ApiKeys.METADATA.latestVersion(); version++) {
            final MetadataRequestData data = new MetadataRequestData();
            for (int i = 0; i < 500; i++) {
                data.topics().add(new MetadataRequestData.MetadataRequestTopic().setName("t" + i));
            }
            final KafkaRequests.Parsed parsed = parse(frame(ApiKeys.METADATA, version, KafkaBytes.body(data, version)));
            assertEquals(42, parsed.header().correlationId());
            assertEquals(
                    data,
                    assertInstanceOf(MetadataRequest.class, parsed.request()).data());
        }
    }

    @Test
    void apiVersionsOfAVersionThatDoesNotExistIsReadAsVersionZero() throws MalformedRequestException {
        final KafkaRequests.Parsed parsed = parse(frame(ApiKeys.API_VERSIONS, (short) 99, new byte[] {9, 9, 9}));
        final ApiVersionsRequest request = assertInstanceOf(ApiVersionsRequest.class, parsed.request());
        assertTrue(request.hasUnsupportedRequestVersion());
        assertEquals(0, request.version());
    }

    @Test
    void versionThatDoesNotExistIsMalformed() {
        assertThrows(MalformedRequestException.class, () -> parse(frame(ApiKeys.METADATA, (short) 99, new byte[100])));
        assertThrows(MalformedRequestException.class, () -> parse(frame(ApiKeys.PRODUCE, (short) 2, new byte[100])));
        assertThrows(MalformedRequestException.class, () -> parse(new byte[] {0}));
    }

    @Test
    void hostileCountsOfEveryKeyReserveMemoryInProportionToTheFrame() {
        final SplittableRandom random = Seeds.random("KafkaMessagesTest.hostile");
        double worst = 0;
        for (final ApiKeys key : keys()) {
            for (short version = key.oldestVersion(); version <= key.latestVersion(); version++) {
                for (int i = 0; i < 40; i++) {
                    final byte[] body = hostile(random, 200 + random.nextInt(20_000));
                    final byte[] frame = frame(key, version, body);
                    parseQuietly(frame);
                    final long before = THREADS.getCurrentThreadAllocatedBytes();
                    parseQuietly(frame);
                    final long used = THREADS.getCurrentThreadAllocatedBytes() - before;
                    worst = Math.max(worst, (used - 20_000) / (double) frame.length);
                    assertTrue(
                            used < 20_000 + 100L * frame.length,
                            key + " v" + version + ": " + used + " bytes for " + frame.length);
                }
            }
        }
        System.out.printf("worst expansion: %.1f bytes reserved per byte received%n", worst);
    }

    private static void parseQuietly(final byte[] frame) {
        try {
            parse(frame);
        } catch (final MalformedRequestException e) {
            assertTrue(e.getMessage() != null);
        }
    }

    // Long runs of one small byte look like deeply nested small collections; big counts in front of them promise too
    // much.
    private static byte[] hostile(final SplittableRandom random, final int length) {
        final byte[] body = new byte[length];
        int at = 0;
        while (at < length) {
            final byte value = HOSTILE[random.nextInt(HOSTILE.length)];
            final int end = Math.min(length, at + 1 + random.nextInt(random.nextInt(10) == 0 ? length : 8));
            Arrays.fill(body, at, end, value);
            at = end;
        }
        if (random.nextBoolean()) {
            final ByteBuffer count = ByteBuffer.wrap(body);
            count.putInt(random.nextInt(20), length - random.nextInt(40));
        }
        return body;
    }

    @Test
    void countsThatClaimTheWholeFrameTwiceAreAllowedAndThriceAreNot() {
        final ByteBuffer body = ByteBuffer.allocate(1000);
        for (int i = 0; i < 3; i++) {
            body.putInt(900);
        }
        final BudgetedReadable readable = new BudgetedReadable(body.rewind());
        readable.readInt();
        assertEquals(996, readable.remaining());
        readable.readInt();
        assertEquals(992, readable.remaining());
        readable.readInt();
        assertEquals(-1, readable.remaining());
    }

    @Test
    void responsesOfEveryKeyAreByteForByteKafkas() {
        final UnsafeBuffer out = new UnsafeBuffer(ByteBuffer.allocateDirect(1 << 16));
        for (final ApiKeys key : keys()) {
            for (short version = key.oldestVersion(); version <= key.latestVersion(); version++) {
                check(out, key, version, key.messageType.newResponse());
            }
        }
        for (short version = ApiKeys.METADATA.oldestVersion(); version <= ApiKeys.METADATA.latestVersion(); version++) {
            check(out, ApiKeys.METADATA, version, metadata(version));
        }
    }

    private static MetadataResponseData metadata(final short version) {
        final MetadataResponseData data =
                new MetadataResponseData().setControllerId(1).setClusterId("cluster-é");
        data.brokers()
                .add(new MetadataResponseData.MetadataResponseBroker()
                        .setNodeId(1)
                        .setHost("localhost")
                        .setPort(9092)
                        .setRack(null));
        data.topics()
                .add(new MetadataResponseData.MetadataResponseTopic()
                        .setName("topic")
                        .setTopicId(version >= 10 ? new Uuid(1, 2) : Uuid.ZERO_UUID)
                        .setPartitions(List.of(new MetadataResponseData.MetadataResponsePartition()
                                .setPartitionIndex(3)
                                .setLeaderId(1)
                                .setReplicaNodes(List.of(1, 2))
                                .setIsrNodes(List.of(1)))));
        return data;
    }

    private static void check(
            final UnsafeBuffer out, final ApiKeys key, final short version, final ApiMessage message) {
        final byte[] theirs = KafkaBytes.response(key, message, version, 77);
        final int total = KafkaResponses.write(out, 5, theirs.length, key, version, 77, message);
        assertEquals(theirs.length, total);
        final byte[] ours = new byte[total];
        out.getBytes(5, ours);
        assertArrayEquals(theirs, ours, key + " v" + version);
        assertEquals(
                KafkaResponses.OVERFLOW, KafkaResponses.write(out, 5, theirs.length - 1, key, version, 77, message));
    }

    @Test
    void tableListsEveryKeyWithItsVersions() {
        assertEquals(ApiKeys.values().length, ApiTable.rows().size());
        for (final ApiTable.Row row : ApiTable.rows()) {
            final ApiKeys key = ApiKeys.forId(row.key());
            assertEquals(key.name, row.name());
            if (key.hasValidVersion()) {
                assertTrue(row.serves(key.latestVersion()) && row.serves(key.oldestVersion()));
                assertEquals(ApiKeys.brokerApis().contains(key), row.client(), row.name());
            }
        }
    }
}
