package io.tickwire.kafka.hot;

import io.tickwire.kafka.frame.RequestHeaderFlyweight;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One-partition Produce and Fetch, the flyweights beside Kafka's generated classes in the same run; with {@code -prof gc} the
 * flyweights show 0 B/op.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class CodecBenchmark {
    private static final short PRODUCE_VERSION = 13;
    private static final short FETCH_VERSION = 17;
    private static final int RECORD_BYTES = 1000;

    private final byte[] produceBytes = frame(ApiKeys.PRODUCE, produceRequest(), PRODUCE_VERSION);
    private final byte[] fetchBytes = frame(ApiKeys.FETCH, fetchRequest(), FETCH_VERSION);
    private final UnsafeBuffer produceFrame = new UnsafeBuffer(produceBytes);
    private final UnsafeBuffer fetchFrame = new UnsafeBuffer(fetchBytes);
    private final RequestHeaderFlyweight header = new RequestHeaderFlyweight();
    private final ProduceRequestDecoder produceDecoder = new ProduceRequestDecoder();
    private final FetchRequestDecoder fetchDecoder = new FetchRequestDecoder();
    private final FetchResponseEncoder fetchEncoder = new FetchResponseEncoder();
    private final UnsafeBuffer scratch = new UnsafeBuffer(ByteBuffer.allocateDirect(4096));
    private final UnsafeBuffer journal = new UnsafeBuffer(ByteBuffer.allocateDirect(RECORD_BYTES));
    private final TopicKey topic = new TopicKey().ofId(1, 2);
    private final MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.allocate(RECORD_BYTES));
    private long pieces;
    private final SliceSink sink = (address, length) -> {
        pieces += address ^ length;
        return true;
    };

    private static ProduceRequestData produceRequest() {
        final ProduceRequestData data =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(30_000);
        final ProduceRequestData.TopicProduceData entry =
                new ProduceRequestData.TopicProduceData().setTopicId(new Uuid(1, 2));
        entry.partitionData()
                .add(new ProduceRequestData.PartitionProduceData()
                        .setRecords(MemoryRecords.withRecords(
                                Compression.NONE, new SimpleRecord(1L, new byte[8], new byte[RECORD_BYTES]))));
        data.topicData().add(entry);
        return data;
    }

    private static FetchRequestData fetchRequest() {
        final FetchRequestData data =
                new FetchRequestData().setMaxWaitMs(500).setMinBytes(1).setSessionEpoch(0);
        final FetchRequestData.FetchTopic entry = new FetchRequestData.FetchTopic().setTopicId(new Uuid(1, 2));
        entry.partitions()
                .add(new FetchRequestData.FetchPartition().setFetchOffset(100).setPartitionMaxBytes(1 << 20));
        data.topics().add(entry);
        return data;
    }

    private static byte[] frame(final ApiKeys key, final ApiMessage body, final short version) {
        final ByteBuffer head = MessageUtil.toByteBufferAccessor(
                        new RequestHeaderData()
                                .setRequestApiKey(key.id)
                                .setRequestApiVersion(version)
                                .setCorrelationId(1)
                                .setClientId("bench"),
                        key.requestHeaderVersion(version))
                .buffer();
        final ByteBuffer rest = MessageUtil.toByteBufferAccessor(body, version).buffer();
        final ByteBuffer frame = ByteBuffer.allocate(head.remaining() + rest.remaining())
                .put(head)
                .put(rest);
        return frame.array();
    }

    /** Header and body of a Produce request. */
    @Benchmark
    public long produceDecode() {
        header.wrap(produceFrame, 0, produceBytes.length);
        produceDecoder.wrap(produceFrame, header.bodyOffset(), header.bodyLength(), header.apiVersion());
        long sum = 0;
        while (produceDecoder.nextTopic()) {
            while (produceDecoder.nextPartition()) {
                sum += produceDecoder.recordsOffset();
            }
        }
        return sum;
    }

    /** The same through Kafka's classes. */
    @Benchmark
    public AbstractRequest produceDecodeKafka() {
        final ByteBuffer buffer = ByteBuffer.wrap(produceBytes);
        final RequestHeader parsed = RequestHeader.parse(buffer);
        return AbstractRequest.parseRequest(parsed.apiKey(), parsed.apiVersion(), new ByteBufferAccessor(buffer))
                .request;
    }

    /** Header and body of a Fetch request. */
    @Benchmark
    public long fetchDecode() {
        header.wrap(fetchFrame, 0, fetchBytes.length);
        fetchDecoder.wrap(fetchFrame, header.bodyOffset(), header.bodyLength(), header.apiVersion());
        long sum = 0;
        while (fetchDecoder.nextTopic()) {
            while (fetchDecoder.nextPartition()) {
                sum += fetchDecoder.partition().fetchOffset();
            }
        }
        return sum;
    }

    /** The same through Kafka's classes. */
    @Benchmark
    public AbstractRequest fetchDecodeKafka() {
        final ByteBuffer buffer = ByteBuffer.wrap(fetchBytes);
        final RequestHeader parsed = RequestHeader.parse(buffer);
        return AbstractRequest.parseRequest(parsed.apiKey(), parsed.apiVersion(), new ByteBufferAccessor(buffer))
                .request;
    }

    /** A Fetch response around 1,000 bytes of records left in place. */
    @Benchmark
    public int fetchEncode() {
        fetchEncoder.begin(scratch, sink, FETCH_VERSION, 1, 0, (short) 0, 7, 1);
        fetchEncoder.topic(topic, 1);
        fetchEncoder.partition(0, (short) 0, 200, 200, 0);
        fetchEncoder.abortedTransactions(-1);
        fetchEncoder.records(-1, RECORD_BYTES);
        fetchEncoder.slice(journal.addressOffset(), RECORD_BYTES);
        fetchEncoder.endPartition();
        fetchEncoder.endTopic();
        return fetchEncoder.end(null) + (int) pieces;
    }

    /** The same through Kafka's classes, records copied into one buffer. */
    @Benchmark
    public ByteBuffer fetchEncodeKafka() {
        final FetchResponseData data = new FetchResponseData().setSessionId(7);
        final FetchResponseData.FetchableTopicResponse entry =
                new FetchResponseData.FetchableTopicResponse().setTopicId(new Uuid(1, 2));
        entry.partitions()
                .add(new FetchResponseData.PartitionData()
                        .setHighWatermark(200)
                        .setLastStableOffset(200)
                        .setLogStartOffset(0)
                        .setAbortedTransactions(null)
                        .setRecords(records));
        data.responses().add(entry);
        final ObjectSerializationCache cache = new ObjectSerializationCache();
        final ResponseHeaderData head = new ResponseHeaderData().setCorrelationId(1);
        final int size = head.size(cache, (short) 1) + data.size(cache, FETCH_VERSION);
        final ByteBuffer out = ByteBuffer.allocate(4 + size).putInt(size);
        final ByteBufferAccessor writer = new ByteBufferAccessor(out);
        head.write(writer, cache, (short) 1);
        data.write(writer, cache, FETCH_VERSION);
        return out;
    }
}
