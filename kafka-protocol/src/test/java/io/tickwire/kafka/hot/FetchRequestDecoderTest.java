package io.tickwire.kafka.hot;

import static io.tickwire.kafka.hot.ProduceCodecTest.checkTopic;
import static io.tickwire.kafka.hot.ProduceCodecTest.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.Allocation;
import io.tickwire.kafka.KafkaBytes;
import io.tickwire.kafka.Seeds;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

class FetchRequestDecoderTest {
    private final FetchRequestDecoder decoder = new FetchRequestDecoder();

    @Test
    void servedVersionsAreThoseOfThePinnedClient() {
        assertEquals(ApiKeys.FETCH.id, FetchRequestDecoder.API_KEY);
        assertEquals(ApiKeys.FETCH.oldestVersion(), FetchRequestDecoder.MIN_VERSION);
        assertEquals(ApiKeys.FETCH.latestVersion(), FetchRequestDecoder.MAX_VERSION);
    }

    @Test
    void requestsOfEveryVersionDecodeToWhatKafkaEncoded() {
        final SplittableRandom random = Seeds.random("FetchRequestDecoderTest");
        for (short version = FetchRequestDecoder.MIN_VERSION; version <= FetchRequestDecoder.MAX_VERSION; version++) {
            for (int i = 0; i < 200; i++) {
                final byte[] bytes = KafkaBytes.body(randomRequest(random, version), version);
                // What Kafka reads back has its defaults where the version lacks a field.
                final FetchRequestData data = new FetchRequestData(
                        new org.apache.kafka.common.protocol.ByteBufferAccessor(java.nio.ByteBuffer.wrap(bytes)),
                        version);
                assertTrue(decoder.wrap(new UnsafeBuffer(bytes), 0, bytes.length, version));
                check(data, version);
                checkForgotten(data, version);
                decoder.rewind();
                checkTopics(data, version);
            }
        }
    }

    static FetchRequestData randomRequest(final SplittableRandom random, final short version) {
        final FetchRequestData data = new FetchRequestData()
                .setMaxWaitMs(random.nextInt())
                .setMinBytes(random.nextInt())
                .setMaxBytes(random.nextInt())
                .setIsolationLevel((byte) random.nextInt(2))
                .setSessionId(version >= 7 ? random.nextInt() : 0)
                .setSessionEpoch(random.nextInt())
                .setRackId(random.nextBoolean() ? "" : "rack-é" + random.nextInt())
                .setClusterId(random.nextBoolean() ? null : "cluster" + random.nextInt());
        if (version < 15) {
            data.setReplicaId(random.nextInt());
        } else if (random.nextBoolean()) {
            data.replicaState().setReplicaId(random.nextInt()).setReplicaEpoch(random.nextLong());
        }
        for (int t = random.nextInt(4); t > 0; t--) {
            final FetchRequestData.FetchTopic topic = new FetchRequestData.FetchTopic()
                    .setTopic("topic-" + random.nextInt())
                    .setTopicId(new Uuid(random.nextLong(), random.nextLong()));
            for (int p = random.nextInt(4); p > 0; p--) {
                topic.partitions().add(randomPartition(random, version));
            }
            data.topics().add(topic);
        }
        for (int t = version >= 7 ? random.nextInt(3) : 0; t > 0; t--) {
            final FetchRequestData.ForgottenTopic topic = new FetchRequestData.ForgottenTopic()
                    .setTopic("gone-" + random.nextInt())
                    .setTopicId(new Uuid(random.nextLong(), random.nextLong()));
            for (int p = random.nextInt(4); p > 0; p--) {
                topic.partitions().add(random.nextInt());
            }
            data.forgottenTopicsData().add(topic);
        }
        return data;
    }

    private static FetchRequestData.FetchPartition randomPartition(final SplittableRandom random, final short version) {
        return new FetchRequestData.FetchPartition()
                .setPartition(random.nextInt())
                .setCurrentLeaderEpoch(random.nextInt())
                .setFetchOffset(random.nextLong())
                .setLastFetchedEpoch(version >= 12 ? random.nextInt() : -1)
                .setLogStartOffset(random.nextLong())
                .setPartitionMaxBytes(random.nextInt())
                .setReplicaDirectoryId(
                        random.nextBoolean() ? Uuid.ZERO_UUID : new Uuid(random.nextLong(), random.nextLong()))
                .setHighWatermark(random.nextBoolean() ? Long.MAX_VALUE : random.nextLong());
    }

    private void check(final FetchRequestData data, final short version) {
        assertEquals(version < 15 ? data.replicaId() : data.replicaState().replicaId(), decoder.replicaId());
        assertEquals(data.replicaState().replicaEpoch(), decoder.replicaEpoch());
        assertEquals(data.maxWaitMs(), decoder.maxWaitMs());
        assertEquals(data.minBytes(), decoder.minBytes());
        assertEquals(data.maxBytes(), decoder.maxBytes());
        assertEquals(data.isolationLevel(), decoder.isolationLevel());
        assertEquals(data.sessionId(), decoder.sessionId());
        assertEquals(data.sessionEpoch(), decoder.sessionEpoch());
        assertEquals(data.rackId(), text(decoder.buffer(), decoder.rackOffset(), decoder.rackLength()));
        assertEquals(data.clusterId(), text(decoder.buffer(), decoder.clusterIdOffset(), decoder.clusterIdLength()));
        assertEquals(data.topics().size(), decoder.topicCount());
        assertEquals(data.topics().stream().mapToInt(t -> t.partitions().size()).sum(), decoder.totalPartitionCount());
        assertEquals(data.forgottenTopicsData().size(), decoder.forgottenCount());
        checkTopics(data, version);
    }

    private void checkTopics(final FetchRequestData data, final short version) {
        for (final FetchRequestData.FetchTopic topic : data.topics()) {
            assertTrue(decoder.nextTopic());
            checkTopic(topic.topic(), topic.topicId(), decoder.topic(), version >= 13);
            assertEquals(topic.partitions().size(), decoder.partitionCount());
            for (final FetchRequestData.FetchPartition partition : topic.partitions()) {
                assertTrue(decoder.nextPartition());
                final FetchPartition seen = decoder.partition();
                assertEquals(partition.partition(), seen.index());
                assertEquals(partition.currentLeaderEpoch(), seen.currentLeaderEpoch());
                assertEquals(partition.fetchOffset(), seen.fetchOffset());
                assertEquals(partition.lastFetchedEpoch(), seen.lastFetchedEpoch());
                assertEquals(partition.logStartOffset(), seen.logStartOffset());
                assertEquals(partition.partitionMaxBytes(), seen.maxBytes());
                assertEquals(partition.replicaDirectoryId(), new Uuid(seen.directoryIdHigh(), seen.directoryIdLow()));
                assertEquals(partition.highWatermark(), seen.highWatermark());
            }
            assertFalse(decoder.nextPartition());
        }
        assertFalse(decoder.nextTopic());
    }

    private void checkForgotten(final FetchRequestData data, final short version) {
        decoder.rewindForgotten();
        for (final FetchRequestData.ForgottenTopic topic : data.forgottenTopicsData()) {
            assertTrue(decoder.nextForgottenTopic());
            checkTopic(topic.topic(), topic.topicId(), decoder.topic(), version >= 13);
            for (final int partition : topic.partitions()) {
                assertTrue(decoder.nextForgottenPartition());
                assertEquals(partition, decoder.forgottenPartition());
            }
            assertFalse(decoder.nextForgottenPartition());
        }
        assertFalse(decoder.nextForgottenTopic());
    }

    @Test
    void truncatedRequestIsRefusedAtEveryLength() {
        final SplittableRandom random = Seeds.random("FetchRequestDecoderTest.truncated");
        for (short version = FetchRequestDecoder.MIN_VERSION; version <= FetchRequestDecoder.MAX_VERSION; version++) {
            final byte[] bytes = KafkaBytes.body(randomRequest(random, version), version);
            for (int length = 0; length < bytes.length; length++) {
                assertFalse(decoder.wrap(new UnsafeBuffer(bytes, 0, length), 0, length, version));
            }
        }
    }

    @Test
    void decodingAllocatesNothing() {
        final SplittableRandom random = Seeds.random("FetchRequestDecoderTest.alloc");
        final byte[] bytes = KafkaBytes.body(randomRequest(random, (short) 17), (short) 17);
        final UnsafeBuffer frame = new UnsafeBuffer(bytes);
        final double perCall = Allocation.bytesPerCall(20_000, () -> {
            assertTrue(decoder.wrap(frame, 0, bytes.length, (short) 17));
            while (decoder.nextTopic()) {
                while (decoder.nextPartition()) {
                    decoder.partition();
                }
            }
        });
        assertEquals(0.0, perCall, 0.1);
    }
}
