package io.tickwire.kafka.hot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.Allocation;
import io.tickwire.kafka.KafkaBytes;
import io.tickwire.kafka.Seeds;
import io.tickwire.kafka.record.Batches;
import io.tickwire.kafka.record.RefusedRecords;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;

class ProduceCodecTest {
    private static final int ROUNDS = 200;
    private final ProduceRequestDecoder decoder = new ProduceRequestDecoder();
    private final ProduceResponseEncoder encoder = new ProduceResponseEncoder();
    private final UnsafeBuffer out = new UnsafeBuffer(new byte[1 << 18]);

    static String text(final DirectBuffer buffer, final int offset, final int length) {
        if (length < 0) {
            return null;
        }
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void servedVersionsAreThoseOfThePinnedClient() {
        assertEquals(ApiKeys.PRODUCE.id, ProduceRequestDecoder.API_KEY);
        assertEquals(ApiKeys.PRODUCE.oldestVersion(), ProduceRequestDecoder.MIN_VERSION);
        assertEquals(ApiKeys.PRODUCE.latestVersion(), ProduceRequestDecoder.MAX_VERSION);
    }

    @Test
    void requestsOfEveryVersionDecodeToWhatKafkaEncoded() {
        final SplittableRandom random = Seeds.random("ProduceCodecTest.request");
        for (short version = ProduceRequestDecoder.MIN_VERSION;
                version <= ProduceRequestDecoder.MAX_VERSION;
                version++) {
            for (int i = 0; i < ROUNDS; i++) {
                final ProduceRequestData data = randomRequest(random, version);
                final byte[] bytes = KafkaBytes.body(data, version);
                assertTrue(decoder.wrap(new UnsafeBuffer(bytes), 0, bytes.length, version));
                check(data, version);
                decoder.rewind();
                check(data, version);
            }
        }
    }

    static ProduceRequestData randomRequest(final SplittableRandom random, final short version) {
        final ProduceRequestData data = new ProduceRequestData()
                .setAcks((short) random.nextInt(-1, 2))
                .setTimeoutMs(random.nextInt())
                .setTransactionalId(random.nextBoolean() ? null : "tx-é" + random.nextInt());
        for (int t = random.nextInt(4); t > 0; t--) {
            final ProduceRequestData.TopicProduceData topic = new ProduceRequestData.TopicProduceData();
            if (version >= 13) {
                topic.setTopicId(new Uuid(random.nextLong(), random.nextLong()));
            } else {
                topic.setName("topic-" + random.nextInt());
            }
            for (int p = random.nextInt(4); p > 0; p--) {
                final byte[] records = Batches.nullable(random, 300);
                topic.partitionData()
                        .add(new ProduceRequestData.PartitionProduceData()
                                .setIndex(random.nextInt())
                                .setRecords(
                                        records == null
                                                ? null
                                                : MemoryRecords.readableRecords(ByteBuffer.wrap(records))));
            }
            data.topicData().add(topic);
        }
        return data;
    }

    private void check(final ProduceRequestData data, final short version) {
        assertEquals(data.acks(), decoder.acks());
        assertEquals(data.timeoutMs(), decoder.timeoutMs());
        assertEquals(
                data.transactionalId(),
                text(decoder.buffer(), decoder.transactionalIdOffset(), decoder.transactionalIdLength()));
        assertEquals(data.topicData().size(), decoder.topicCount());
        assertEquals(
                data.topicData().stream()
                        .mapToInt(t -> t.partitionData().size())
                        .sum(),
                decoder.totalPartitionCount());
        for (final ProduceRequestData.TopicProduceData topic : data.topicData()) {
            assertTrue(decoder.nextTopic());
            checkTopic(topic.name(), topic.topicId(), decoder.topic(), version >= 13);
            assertEquals(topic.partitionData().size(), decoder.partitionCount());
            for (final ProduceRequestData.PartitionProduceData partition : topic.partitionData()) {
                assertTrue(decoder.nextPartition());
                assertEquals(partition.index(), decoder.partition());
                final MemoryRecords records = (MemoryRecords) partition.records();
                assertEquals(records == null ? -1 : records.sizeInBytes(), decoder.recordsLength());
                if (records != null) {
                    final byte[] seen = new byte[decoder.recordsLength()];
                    decoder.buffer().getBytes(decoder.recordsOffset(), seen);
                    assertArrayEquals(Batches.toBytes(records), seen);
                }
            }
            assertFalse(decoder.nextPartition());
        }
        assertFalse(decoder.nextTopic());
    }

    static void checkTopic(final String name, final Uuid id, final TopicKey key, final boolean byId) {
        assertEquals(byId, key.hasId());
        if (byId) {
            assertEquals(id, new Uuid(key.idHigh(), key.idLow()));
        } else {
            assertEquals(name, text(key.buffer(), key.nameOffset(), key.nameLength()));
        }
    }

    @Test
    void topicsSkippedHalfReadDoNotDisturbTheNext() {
        final SplittableRandom random = Seeds.random("ProduceCodecTest.skip");
        final ProduceRequestData data = randomRequest(random, (short) 9);
        while (data.topicData().size() < 3) {
            data.topicData()
                    .addAll(randomRequest(random, (short) 9).topicData().stream()
                            .map(ProduceRequestData.TopicProduceData::duplicate)
                            .toList());
        }
        final byte[] bytes = KafkaBytes.body(data, (short) 9);
        assertTrue(decoder.wrap(new UnsafeBuffer(bytes), 0, bytes.length, (short) 9));
        for (final ProduceRequestData.TopicProduceData topic : data.topicData()) {
            assertTrue(decoder.nextTopic());
            checkTopic(topic.name(), null, decoder.topic(), false);
        }
        assertFalse(decoder.nextTopic());
    }

    @Test
    void truncatedRequestIsRefusedAtEveryLength() {
        final SplittableRandom random = Seeds.random("ProduceCodecTest.truncated");
        for (short version = ProduceRequestDecoder.MIN_VERSION;
                version <= ProduceRequestDecoder.MAX_VERSION;
                version++) {
            final byte[] bytes = KafkaBytes.body(randomRequest(random, version), version);
            for (int length = 0; length < bytes.length; length++) {
                assertFalse(decoder.wrap(new UnsafeBuffer(bytes, 0, length), 0, length, version));
            }
        }
    }

    @Test
    void responsesOfEveryVersionAreByteForByteKafkas() {
        final SplittableRandom random = Seeds.random("ProduceCodecTest.response");
        for (short version = ProduceRequestDecoder.MIN_VERSION;
                version <= ProduceRequestDecoder.MAX_VERSION;
                version++) {
            for (int i = 0; i < ROUNDS; i++) {
                final ProduceResponseData data = randomResponse(random, version);
                final int correlationId = random.nextInt();
                final byte[] theirs = KafkaBytes.response(ApiKeys.PRODUCE, data, version, correlationId);
                final int total = encode(data, version, correlationId, 3, out.capacity() - 3);
                assertEquals(theirs.length, total);
                final byte[] ours = new byte[total];
                out.getBytes(3, ours);
                assertArrayEquals(theirs, ours);
                assertEquals(total, encode(data, version, correlationId, 0, total));
                assertEquals(
                        ProduceResponseEncoder.OVERFLOW,
                        encode(data, version, correlationId, 0, random.nextInt(total)));
            }
        }
    }

    private static ProduceResponseData randomResponse(final SplittableRandom random, final short version) {
        final ProduceResponseData data = new ProduceResponseData().setThrottleTimeMs(random.nextInt());
        for (int t = random.nextInt(4); t > 0; t--) {
            final ProduceResponseData.TopicProduceResponse topic = new ProduceResponseData.TopicProduceResponse();
            if (version >= 13) {
                topic.setTopicId(new Uuid(random.nextLong(), random.nextLong()));
            } else {
                topic.setName("topic-" + random.nextInt());
            }
            for (int p = random.nextInt(4); p > 0; p--) {
                final ProduceResponseData.PartitionProduceResponse partition =
                        new ProduceResponseData.PartitionProduceResponse()
                                .setIndex(random.nextInt())
                                .setErrorCode((short) random.nextInt())
                                .setBaseOffset(random.nextLong())
                                .setLogAppendTimeMs(random.nextLong())
                                .setLogStartOffset(random.nextLong())
                                .setErrorMessage(random.nextBoolean() ? null : "why " + random.nextInt());
                if (version >= 8) {
                    RefusedRecords.random(random)
                            .forEach((index, message) -> partition
                                    .recordErrors()
                                    .add(new ProduceResponseData.BatchIndexAndErrorMessage()
                                            .setBatchIndex(index)
                                            .setBatchIndexErrorMessage(message)));
                }
                if (version >= 10 && random.nextBoolean()) {
                    partition.currentLeader().setLeaderId(random.nextInt(100)).setLeaderEpoch(random.nextInt(100));
                }
                topic.partitionResponses().add(partition);
            }
            data.responses().add(topic);
        }
        if (version >= 10) {
            for (int n = random.nextInt(3); n > 0; n--) {
                data.nodeEndpoints()
                        .add(new ProduceResponseData.NodeEndpoint()
                                .setNodeId(n)
                                .setHost("host-é" + n)
                                .setPort(random.nextInt())
                                .setRack(random.nextBoolean() ? null : "rack" + n));
            }
        }
        return data;
    }

    private int encode(
            final ProduceResponseData data,
            final short version,
            final int correlationId,
            final int at,
            final int room) {
        encoder.begin(out, at, room, version, correlationId, data.responses().size());
        final TopicKey key = new TopicKey();
        for (final ProduceResponseData.TopicProduceResponse topic : data.responses()) {
            final byte[] name = topic.name().getBytes(StandardCharsets.UTF_8);
            encoder.topic(
                    version >= 13
                            ? key.ofId(
                                    topic.topicId().getMostSignificantBits(),
                                    topic.topicId().getLeastSignificantBits())
                            : key.ofName(new UnsafeBuffer(name), 0, name.length),
                    topic.partitionResponses().size());
            for (final ProduceResponseData.PartitionProduceResponse p : topic.partitionResponses()) {
                encoder.partition(
                        p.index(),
                        p.errorCode(),
                        p.baseOffset(),
                        p.logAppendTimeMs(),
                        p.logStartOffset(),
                        RefusedRecords.of(p.recordErrors()),
                        p.errorMessage());
                if (p.currentLeader().leaderId() >= 0) {
                    encoder.endPartition(
                            p.currentLeader().leaderId(), p.currentLeader().leaderEpoch());
                } else {
                    encoder.endPartition();
                }
            }
            encoder.endTopic();
        }
        NodeEndpoints endpoints = null;
        if (!data.nodeEndpoints().isEmpty()) {
            final NodeEndpoints.Builder builder = new NodeEndpoints.Builder();
            data.nodeEndpoints().forEach(n -> builder.add(n.nodeId(), n.host(), n.port(), n.rack()));
            endpoints = builder.build();
        }
        return encoder.end(data.throttleTimeMs(), endpoints);
    }

    @Test
    void decodingAndAnsweringAllocatesNothing() {
        final byte[] bytes =
                KafkaBytes.body(randomRequest(Seeds.random("ProduceCodecTest.alloc"), (short) 13), (short) 13);
        final UnsafeBuffer frame = new UnsafeBuffer(Arrays.copyOf(bytes, bytes.length));
        final double perCall = Allocation.bytesPerCall(20_000, () -> {
            assertTrue(decoder.wrap(frame, 0, bytes.length, (short) 13));
            encoder.begin(out, 0, out.capacity(), (short) 13, 7, decoder.topicCount());
            while (decoder.nextTopic()) {
                encoder.topic(decoder.topic(), decoder.partitionCount());
                while (decoder.nextPartition()) {
                    encoder.partition(decoder.partition(), (short) 0, 1, -1, 0, null, null);
                    encoder.endPartition();
                }
                encoder.endTopic();
            }
            assertTrue(encoder.end(0, null) > 0);
        });
        assertEquals(0.0, perCall, 0.1);
    }
}
