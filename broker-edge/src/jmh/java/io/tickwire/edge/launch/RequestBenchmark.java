package io.tickwire.edge.launch;

import io.tickwire.edge.agent.PartitionSpec;
import io.tickwire.edge.agent.Shard;
import io.tickwire.edge.agent.ShardDirectory;
import io.tickwire.edge.connection.ConnectionLimits;
import io.tickwire.edge.connection.ConnectionQuota;
import io.tickwire.edge.handler.HandlerTable;
import io.tickwire.edge.handler.HotResponsePool;
import io.tickwire.edge.handler.fetch.FetchHandler;
import io.tickwire.edge.handler.produce.ProduceHandler;
import io.tickwire.edge.metrics.ShardStats;
import io.tickwire.edge.quota.ClientQuotas;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.agrona.IoUtil;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.utils.Time;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A request from its frame to its answer, through connection, handler and journal, one duty cycle of the shard each, without a
 * network. With {@code -prof gc}: what it allocates.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RequestBenchmark {
    private static final short VERSION = 12;
    private static final int LARGEST = 64 << 20;
    /** Of a Fetch response: size, correlation id, tagged fields, throttle time and error come before the session id. */
    private static final int SESSION_ID_OFFSET = 4 + 4 + 1 + 4 + 2;
    /** Stands in frames where a number is put in for each request. */
    private static final long OFFSET_MARK = 0x0102_0304_0506_0708L;

    private static final int EPOCH_MARK = 0x0a0b_0c0d;

    /** Bytes of the one record in each batch. */
    @Param({"100", "1000"})
    public int valueBytes;

    private Path directory;
    private LogCatalog catalog;
    private PartitionLog log;
    private ClientQuotas quotas;
    private Shard shard;
    private HandTransport.Client producer;
    private HandTransport.Client reader;
    private HandTransport.Client follower;
    private UnsafeBuffer produce;
    private UnsafeBuffer fetch;
    private UnsafeBuffer follow;
    private int epochAt;
    private int followEpochAt;
    private int followOffsetAt;
    private int epoch;
    private int followEpoch;

    /** Lets a shard serve one partition, and opens the connections and their fetch sessions. */
    @Setup(Level.Trial)
    public void setUp() throws IOException {
        directory = Files.createTempDirectory("tickwire-request");
        catalog = LogCatalog.open(directory.resolve("data"), CatalogOptions.defaults());
        quotas = ClientQuotas.withDefaults(Time.SYSTEM);
        HandTransport transport = new HandTransport();
        shard = new Shard(
                0,
                transport,
                Runnable::run,
                new ConnectionLimits(LARGEST, 0, LARGEST),
                new ConnectionQuota(3, 3),
                ShardStats.unshared(),
                0);
        Shard.connect(List.of(shard));
        shard.onStart();
        Uuid id = Uuid.randomUuid();
        log = catalog.create(
                new TopicKey("hot", id.getMostSignificantBits(), id.getLeastSignificantBits(), 0),
                LogSettings.fromKafka(Map.of("retention.bytes", "268435456", "segment.bytes", "67108864")));
        boolean _ = log.prepare(System.currentTimeMillis());
        var added = new ShardDirectory(List.of(shard), List.of(), new LogOpening())
                .add(new PartitionSpec("hot", id, 0, 0, log, PartitionSpec.Owner.SHARD));
        var opened = open();
        var bound = shard.listen(InetSocketAddress.createUnresolved("none", 0));
        int _ = shard.doWork();
        added.toCompletableFuture().join();
        opened.join();
        InetSocketAddress _ = bound.join();
        producer = transport.connect();
        reader = transport.connect();
        follower = transport.connect();
        produce = frame(ApiKeys.PRODUCE, produceRequest());
        ask(producer, produce);
        // The first roll loads its classes: in an iteration of few requests that was up to 132 B each.
        boolean _ = log.roll(System.currentTimeMillis());
        ask(producer, produce);
        beginSessions();
    }

    private CompletableFuture<Void> open() {
        HotResponsePool responses = new HotResponsePool();
        ProduceHandler produceHandler = new ProduceHandler(
                shard.partitions(),
                responses,
                shard.deadlines(),
                SystemEpochClock.INSTANCE,
                (transactionalId, producerId, producerEpoch, partitions, protocol) -> {
                    throw new UnsupportedOperationException();
                },
                shard::post,
                shard.peers(),
                LARGEST,
                shard.stats());
        FetchHandler fetchHandler =
                new FetchHandler(shard.partitions(), responses, shard.deadlines(), LARGEST, 2, shard.stats());
        return shard.open(
                new HandlerTable(
                        List.of(produceHandler, fetchHandler),
                        () -> {
                            throw new UnsupportedOperationException();
                        },
                        quotas),
                List.of(produceHandler, fetchHandler),
                List.of(),
                List.of());
    }

    private void beginSessions() {
        int session = session(reader, 0);
        fetch = frame(ApiKeys.FETCH, fetchRequest(session, EPOCH_MARK, false, 0));
        epochAt = find(fetch, EPOCH_MARK);
        epoch = 1;
        int followSession = session(follower, 0);
        follow = frame(ApiKeys.FETCH, fetchRequest(followSession, EPOCH_MARK, true, OFFSET_MARK));
        followEpochAt = find(follow, EPOCH_MARK);
        followEpoch = 1;
        followOffsetAt = find(follow, (int) (OFFSET_MARK >>> Integer.SIZE));
    }

    private int session(HandTransport.Client client, long offset) {
        ask(client, frame(ApiKeys.FETCH, fetchRequest(0, 0, true, offset)));
        int session = client.last().getInt(SESSION_ID_OFFSET, ByteOrder.BIG_ENDIAN);
        if (session <= 0) {
            throw new IllegalStateException("no fetch session: " + session);
        }
        return session;
    }

    private static int find(UnsafeBuffer frame, int mark) {
        for (int i = 0; i <= frame.capacity() - Integer.BYTES; i++) {
            if (frame.getInt(i, ByteOrder.BIG_ENDIAN) == mark) {
                return i;
            }
        }
        throw new IllegalStateException();
    }

    private ProduceRequestData produceRequest() {
        ProduceRequestData.TopicProduceData topic = new ProduceRequestData.TopicProduceData().setName("hot");
        topic.partitionData()
                .add(new ProduceRequestData.PartitionProduceData()
                        .setRecords(MemoryRecords.withRecords(
                                Compression.NONE,
                                new SimpleRecord(System.currentTimeMillis(), null, new byte[valueBytes]))));
        ProduceRequestData request = new ProduceRequestData().setAcks((short) 1).setTimeoutMs(1_000);
        request.topicData().add(topic);
        return request;
    }

    private static FetchRequestData fetchRequest(int sessionId, int sessionEpoch, boolean named, long offset) {
        FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(10_000)
                .setMinBytes(1)
                .setMaxBytes(1)
                .setSessionId(sessionId)
                .setSessionEpoch(sessionEpoch);
        if (named) {
            request.setTopics(List.of(new FetchRequestData.FetchTopic()
                    .setTopic("hot")
                    .setPartitions(List.of(new FetchRequestData.FetchPartition()
                            .setFetchOffset(offset)
                            .setPartitionMaxBytes(1)))));
        }
        return request;
    }

    private static RequestHeader header(ApiKeys key) {
        return new RequestHeader(key, VERSION, "bench", 1);
    }

    private static UnsafeBuffer frame(ApiKeys key, ApiMessage body) {
        ByteBuffer bytes =
                RequestUtils.serialize(header(key).data(), header(key).headerVersion(), body, VERSION);
        ByteBuffer frame = ByteBuffer.allocateDirect(Integer.BYTES + bytes.remaining());
        frame.putInt(bytes.remaining()).put(bytes);
        return new UnsafeBuffer(frame);
    }

    private long ask(HandTransport.Client client, UnsafeBuffer frame) {
        long before = client.answers();
        client.request(frame, frame.capacity());
        shard.doWork();
        if (client.answers() != before + 1) {
            throw new IllegalStateException("not answered");
        }
        return before;
    }

    /** Lets go of what the last iteration has written. */
    @Setup(Level.Iteration)
    public void enforceRetention() {
        int _ = log.enforceRetention(System.currentTimeMillis());
    }

    /** Closes everything and removes it. */
    @TearDown
    public void tearDown() throws IOException {
        shard.onClose();
        quotas.close();
        catalog.close();
        IoUtil.delete(directory.toFile(), false);
    }

    /** One batch of one record, appended and acknowledged. */
    @Benchmark
    public long produce() {
        return ask(producer, produce);
    }

    /** The first batch there is, within a session. */
    @Benchmark
    public long fetch() {
        fetch.putInt(epochAt, epoch++, ByteOrder.BIG_ENDIAN);
        return ask(reader, fetch);
    }

    /** A Fetch that waits at the end of the log, and a Produce that completes it. */
    @Benchmark
    public long fetchThatWaitsAndProduce() {
        follow.putInt(followEpochAt, followEpoch++, ByteOrder.BIG_ENDIAN);
        follow.putLong(followOffsetAt, log.logEndOffset(), ByteOrder.BIG_ENDIAN);
        long before = follower.answers();
        follower.request(follow, follow.capacity());
        shard.doWork();
        ask(producer, produce);
        if (follower.answers() != before + 1) {
            throw new IllegalStateException("the fetch still waits");
        }
        return before;
    }
}
