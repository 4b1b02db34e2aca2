package io.tickwire.kafka.hot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.Allocation;
import io.tickwire.kafka.KafkaBytes;
import io.tickwire.kafka.Seeds;
import io.tickwire.kafka.record.Batches;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;

class FetchResponseEncoderTest {
    private final FetchResponseEncoder encoder = new FetchResponseEncoder();
    private final UnsafeBuffer scratch = new UnsafeBuffer(ByteBuffer.allocateDirect(1 << 16));
    // Where the records of a response lie, as in a mapped journal.
    private final UnsafeBuffer journal = new UnsafeBuffer(ByteBuffer.allocateDirect(1 << 16));
    private int journalEnd;
    private final Pieces pieces = new Pieces();

    /** Collects the pieces' bytes as a gathering send would. */
    private static final class Pieces implements SliceSink {
        private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
        private final UnsafeBuffer wire = new UnsafeBuffer(new byte[1 << 17]);
        private final long[] addresses = new long[256];
        private final int[] lengths = new int[256];
        private int capacity = 256;
        private int count;

        @Override
        public boolean add(final long address, final int length) {
            if (count == capacity) {
                return false;
            }
            addresses[count] = address;
            lengths[count++] = length;
            return true;
        }

        // Read only after the end: the size field is filled in last.
        byte[] collect() {
            int at = 0;
            for (int i = 0; i < count; i++) {
                view.wrap(addresses[i], lengths[i]);
                wire.putBytes(at, view, 0, lengths[i]);
                at += lengths[i];
            }
            final byte[] bytes = new byte[at];
            wire.getBytes(0, bytes);
            return bytes;
        }
    }

    @Test
    void responsesOfEveryVersionAreByteForByteKafkas() {
        final SplittableRandom random = Seeds.random("FetchResponseEncoderTest");
        for (short version = FetchRequestDecoder.MIN_VERSION; version <= FetchRequestDecoder.MAX_VERSION; version++) {
            for (int i = 0; i < 200; i++) {
                final FetchResponseData data = randomResponse(random, version);
                final int correlationId = random.nextInt();
                final byte[] theirs = KafkaBytes.response(ApiKeys.FETCH, data, version, correlationId);
                final int total = encode(data, version, correlationId, scratch, random);
                assertEquals(theirs.length, total);
                assertArrayEquals(theirs, pieces.collect());
            }
        }
    }

    @Test
    void scratchOrSinkTooSmallIsToldAtTheEnd() {
        final SplittableRandom random = Seeds.random("FetchResponseEncoderTest.overflow");
        final FetchResponseData data = randomResponse(random, (short) 12);
        while (data.responses().isEmpty()) {
            data.setResponses(randomResponse(random, (short) 12).responses());
        }
        for (int room = 0; room < 20; room++) {
            final UnsafeBuffer small = new UnsafeBuffer(scratch, 0, room);
            assertEquals(FetchResponseEncoder.OVERFLOW, encode(data, (short) 12, 1, small, random));
        }
        pieces.capacity = 0;
        assertEquals(FetchResponseEncoder.OVERFLOW, encode(data, (short) 12, 1, scratch, random));
    }

    private static FetchResponseData randomResponse(final SplittableRandom random, final short version) {
        final FetchResponseData data = new FetchResponseData()
                .setThrottleTimeMs(random.nextInt())
                .setErrorCode((short) random.nextInt())
                .setSessionId(version >= 7 ? random.nextInt() : 0);
        for (int t = random.nextInt(4); t > 0; t--) {
            final FetchResponseData.FetchableTopicResponse topic = new FetchResponseData.FetchableTopicResponse()
                    .setTopic("topic-" + random.nextInt())
                    .setTopicId(new Uuid(random.nextLong(), random.nextLong()));
            for (int p = random.nextInt(4); p > 0; p--) {
                topic.partitions().add(randomPartition(random, version));
            }
            data.responses().add(topic);
        }
        for (int n = version >= 16 ? random.nextInt(3) : 0; n > 0; n--) {
            data.nodeEndpoints()
                    .add(new FetchResponseData.NodeEndpoint()
                            .setNodeId(n)
                            .setHost("host" + n)
                            .setPort(random.nextInt())
                            .setRack(random.nextBoolean() ? null : "rack" + n));
        }
        return data;
    }

    private static FetchResponseData.PartitionData randomPartition(final SplittableRandom random, final short version) {
        final FetchResponseData.PartitionData partition = new FetchResponseData.PartitionData()
                .setPartitionIndex(random.nextInt())
                .setErrorCode((short) random.nextInt())
                .setHighWatermark(random.nextLong())
                .setLastStableOffset(random.nextLong())
                .setLogStartOffset(random.nextLong())
                .setPreferredReadReplica(version >= 11 ? random.nextInt() : -1);
        if (random.nextBoolean()) {
            partition.setAbortedTransactions(null);
        } else {
            for (int a = random.nextInt(3); a > 0; a--) {
                partition
                        .abortedTransactions()
                        .add(new FetchResponseData.AbortedTransaction()
                                .setProducerId(random.nextLong())
                                .setFirstOffset(random.nextLong()));
            }
        }
        final byte[] records = Batches.nullable(random, 500);
        partition.setRecords(records == null ? null : MemoryRecords.readableRecords(ByteBuffer.wrap(records)));
        final int tag = version >= 12 ? random.nextInt(3) : 0;
        if (tag == 1) {
            partition.currentLeader().setLeaderId(random.nextInt(9)).setLeaderEpoch(random.nextInt(9));
        } else if (tag == 2) {
            partition.divergingEpoch().setEpoch(random.nextInt(9)).setEndOffset(random.nextInt(9));
        }
        return partition;
    }

    private int encode(
            final FetchResponseData data,
            final short version,
            final int correlationId,
            final UnsafeBuffer room,
            final SplittableRandom random) {
        pieces.count = 0;
        journalEnd = 0;
        encoder.begin(
                room,
                pieces,
                version,
                correlationId,
                data.throttleTimeMs(),
                data.errorCode(),
                data.sessionId(),
                data.responses().size());
        final TopicKey key = new TopicKey();
        for (final FetchResponseData.FetchableTopicResponse topic : data.responses()) {
            final byte[] name = topic.topic().getBytes(StandardCharsets.UTF_8);
            encoder.topic(
                    version >= 13
                            ? key.ofId(
                                    topic.topicId().getMostSignificantBits(),
                                    topic.topicId().getLeastSignificantBits())
                            : key.ofName(new UnsafeBuffer(name), 0, name.length),
                    topic.partitions().size());
            topic.partitions().forEach(partition -> encode(partition, random));
            encoder.endTopic();
        }
        NodeEndpoints endpoints = null;
        if (!data.nodeEndpoints().isEmpty()) {
            final NodeEndpoints.Builder builder = new NodeEndpoints.Builder();
            data.nodeEndpoints().forEach(n -> builder.add(n.nodeId(), n.host(), n.port(), n.rack()));
            endpoints = builder.build();
        }
        return encoder.end(endpoints);
    }

    private void encode(final FetchResponseData.PartitionData p, final SplittableRandom random) {
        encoder.partition(
                p.partitionIndex(), p.errorCode(), p.highWatermark(), p.lastStableOffset(), p.logStartOffset());
        if (p.abortedTransactions() == null) {
            encoder.abortedTransactions(-1);
        } else {
            encoder.abortedTransactions(p.abortedTransactions().size());
            p.abortedTransactions().forEach(a -> encoder.abortedTransaction(a.producerId(), a.firstOffset()));
        }
        final MemoryRecords records = (MemoryRecords) p.records();
        encoder.records(p.preferredReadReplica(), records == null ? -1 : records.sizeInBytes());
        if (records != null) {
            putRecords(Batches.toBytes(records), random);
        }
        if (p.currentLeader().leaderId() >= 0) {
            encoder.endPartition(p.currentLeader().leaderId(), p.currentLeader().leaderEpoch());
        } else if (p.divergingEpoch().epoch() >= 0) {
            encoder.endPartitionDiverging(
                    p.divergingEpoch().epoch(), p.divergingEpoch().endOffset());
        } else {
            encoder.endPartition();
        }
    }

    // In up to three parts, each copied or left in place.
    private void putRecords(final byte[] bytes, final SplittableRandom random) {
        int from = 0;
        while (from < bytes.length) {
            final int length = random.nextInt(1, bytes.length - from + 1);
            if (random.nextBoolean()) {
                encoder.copy(new UnsafeBuffer(bytes), from, length);
            } else {
                journal.putBytes(journalEnd, bytes, from, length);
                encoder.slice(journal.addressOffset() + journalEnd, length);
                journalEnd += length;
            }
            from += length;
        }
    }

    @Test
    void encodingAroundSlicesAllocatesNothing() {
        final TopicKey key = new TopicKey().ofId(1, 2);
        final double perCall = Allocation.bytesPerCall(20_000, () -> {
            pieces.count = 0;
            encoder.begin(scratch, pieces, (short) 17, 1, 0, (short) 0, 5, 1);
            encoder.topic(key, 1);
            encoder.partition(0, (short) 0, 10, 10, 0);
            encoder.abortedTransactions(-1);
            encoder.records(-1, 1000);
            encoder.slice(journal.addressOffset(), 400);
            encoder.slice(journal.addressOffset() + 404, 600);
            encoder.endPartition();
            encoder.endTopic();
            assertTrue(encoder.end(null) > 1000);
        });
        assertEquals(0.0, perCall, 0.1);
        assertEquals(4, pieces.count);
    }
}
