package io.tickwire.kafka.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.KafkaBytes;
import io.tickwire.kafka.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

class RequestHeaderFlyweightTest {
    private final RequestHeaderFlyweight header = new RequestHeaderFlyweight();

    @Test
    void knownKeysAndHeaderVersionsAreThoseOfThePinnedClient() {
        assertFalse(HeaderVersions.isKnown((short) -1));
        for (short id = 0; id < 200; id++) {
            assertEquals(ApiKeys.hasId(id), HeaderVersions.isKnown(id), "key " + id);
        }
        for (final ApiKeys key : ApiKeys.values()) {
            if (!key.hasValidVersion()) {
                continue;
            }
            for (short version = key.oldestVersion(); version <= key.latestVersion(true); version++) {
                assertEquals(
                        key.requestHeaderVersion(version) == 2,
                        HeaderVersions.isFlexible(key.id, version),
                        key + " " + version);
                assertEquals(
                        key.responseHeaderVersion(version) == 1,
                        ResponseHeader.isFlexible(key.id, version),
                        key + " " + version);
            }
        }
    }

    @Test
    void headersOfEveryKeyAndVersionReadAsKafkaWroteThem() {
        final SplittableRandom random = Seeds.random("RequestHeaderFlyweightTest");
        for (final ApiKeys key : ApiKeys.values()) {
            if (!key.hasValidVersion()) {
                continue;
            }
            for (short version = key.oldestVersion(); version <= key.latestVersion(true); version++) {
                final String client = random.nextBoolean() ? null : "client-é" + random.nextInt();
                final byte[] bytes = bytes(key, version, random.nextInt(), client);
                final byte[] frame = Arrays.copyOf(bytes, bytes.length + 5);
                assertEquals(
                        RequestHeaderFlyweight.OK, header.wrap(new UnsafeBuffer(frame), 0, frame.length), key.name);
                assertEquals(key.id, header.apiKey());
                assertEquals(version, header.apiVersion());
                assertEquals(bytes.length, header.bodyOffset());
                assertEquals(5, header.bodyLength());
                final String seen = header.clientIdLength() < 0
                        ? null
                        : new String(frame, header.clientIdOffset(), header.clientIdLength(), StandardCharsets.UTF_8);
                assertEquals(client, seen);
            }
        }
    }

    private static byte[] bytes(final ApiKeys key, final short version, final int correlationId, final String client) {
        return KafkaBytes.body(
                new RequestHeaderData()
                        .setRequestApiKey(key.id)
                        .setRequestApiVersion(version)
                        .setCorrelationId(correlationId)
                        .setClientId(client),
                key.requestHeaderVersion(version));
    }

    @Test
    void truncatedHeaderIsMalformedAtEveryLength() {
        final byte[] bytes = bytes(ApiKeys.FETCH, (short) 13, 9, "client");
        for (int length = 0; length < bytes.length; length++) {
            assertEquals(RequestHeaderFlyweight.MALFORMED, header.wrap(new UnsafeBuffer(bytes), 0, length));
        }
    }

    @Test
    void keyThatKafkaHasNotAssignedIsUnknown() {
        final byte[] bytes = bytes(ApiKeys.FETCH, (short) 13, 9, "client");
        bytes[1] = (byte) HeaderVersions.keyCount();
        assertEquals(RequestHeaderFlyweight.UNKNOWN_KEY, header.wrap(new UnsafeBuffer(bytes), 0, bytes.length));
    }

    @Test
    void frameSizeIsWaitedForCheckedAndTold() {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[] {0, 0, 1, 0});
        assertEquals(Frames.NEED_MORE, Frames.payloadLength(buffer, 0, 3, 1000));
        assertEquals(256, Frames.payloadLength(buffer, 0, 4, 256));
        assertEquals(Frames.ILLEGAL_SIZE, Frames.payloadLength(buffer, 0, 4, 255));
        buffer.putByte(0, (byte) 0x80);
        assertTrue(Frames.payloadLength(buffer, 0, 4, Integer.MAX_VALUE) == Frames.ILLEGAL_SIZE);
    }
}
