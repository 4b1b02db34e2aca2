package io.tickwire.edge.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.agent.LogOpener;
import io.tickwire.edge.agent.PartitionSpec;
import io.tickwire.edge.agent.Shard;
import io.tickwire.edge.agent.ShardDirectory;
import io.tickwire.edge.connection.ConnectionLimits;
import io.tickwire.edge.connection.ConnectionQuota;
import io.tickwire.edge.handler.HandlerTable;
import io.tickwire.edge.handler.HotResponsePool;
import io.tickwire.edge.handler.produce.ProduceHandler;
import io.tickwire.edge.metrics.ShardStats;
import io.tickwire.edge.quota.ClientQuotas;
import io.tickwire.net.transport.KernelTransport;
import io.tickwire.net.transport.KernelTransportSettings;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.SystemEpochClock;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.utils.Time;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Produce to a partition whose log is not open; the shard and the opener are stepped by hand. */
class HeldProduceTest {
    private static final short VERSION = 12;
    private static final int LARGEST = 1 << 20;
    private static final int CLOSED = 0;
    private static final int OPEN = 1;

    @TempDir
    private Path directory;

    private final ClientQuotas quotas = ClientQuotas.withDefaults(Time.SYSTEM);
    private final ArrayDeque<Runnable> openings = new ArrayDeque<>();
    private final Shard shard = new Shard(
            0,
            KernelTransport.open(KernelTransportSettings.defaults()),
            Runnable::run,
            new ConnectionLimits(LARGEST, TimeUnit.MINUTES.toNanos(10), LARGEST),
            new ConnectionQuota(10, 10),
            ShardStats.unshared(),
            0);
    private LogCatalog catalog;
    private ProduceHandler produce;
    private InetSocketAddress address;

    @BeforeEach
    void serve() throws IOException {
        catalog = LogCatalog.open(directory.resolve("data"), CatalogOptions.defaults());
        Shard.connect(List.of(shard));
        shard.onStart();
        produce = new ProduceHandler(
                shard.partitions(),
                new HotResponsePool(),
                shard.deadlines(),
                SystemEpochClock.INSTANCE,
                (transactionalId, producerId, producerEpoch, partitions, protocol) -> {
                    throw new UnsupportedOperationException();
                },
                shard::post,
                shard.peers(),
                LARGEST,
                shard.stats());
        ShardDirectory partitions = new ShardDirectory(List.of(shard), List.of(), new LogOpener() {
            @Override
            public void openAhead(PartitionLog log) {
                // Nobody has come to that yet.
            }

            @Override
            public void open(PartitionLog log, Runnable then) {
                openings.add(() -> {
                    assertTrue(log.prepare(System.currentTimeMillis()));
                    then.run();
                });
            }
        });
        Uuid id = Uuid.randomUuid();
        for (int i = CLOSED; i <= OPEN; i++) {
            PartitionLog log = catalog.create(
                    new TopicKey("t", id.getMostSignificantBits(), id.getLeastSignificantBits(), i),
                    LogSettings.defaults());
            CompletableFuture<Void> _ = partitions
                    .add(new PartitionSpec("t", id, i, 0, log, PartitionSpec.Owner.SHARD))
                    .toCompletableFuture();
        }
        assertTrue(catalog.get("t", OPEN).prepare(System.currentTimeMillis()));
        var opened = shard.open(
                new HandlerTable(
                        List.of(produce),
                        () -> {
                            throw new UnsupportedOperationException();
                        },
                        quotas),
                List.of(produce),
                List.of(),
                List.of());
        var bound = shard.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        stepUntil(() -> opened.isDone() && bound.isDone());
        address = bound.join();
    }

    @AfterEach
    void close() throws IOException {
        shard.onClose();
        quotas.close();
        catalog.close();
    }

    private void stepUntil(BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadlineNs < 0, "within half a minute");
            shard.doWork();
        }
    }

    /** A connection with one request at a time. */
    private final class Client implements AutoCloseable {
        private final SocketChannel socket = SocketChannel.open(address);
        private final ByteBuffer answer = ByteBuffer.allocate(LARGEST);

        Client() throws IOException {
            socket.configureBlocking(false);
        }

        void produce(int partition) throws IOException {
            ProduceRequestData.TopicProduceData topic = new ProduceRequestData.TopicProduceData().setName("t");
            topic.partitionData()
                    .add(new ProduceRequestData.PartitionProduceData()
                            .setIndex(partition)
                            .setRecords(MemoryRecords.withRecords(
                                    Compression.NONE,
                                    new SimpleRecord(System.currentTimeMillis(), null, new byte[100]))));
            ProduceRequestData request =
                    new ProduceRequestData().setAcks((short) 1).setTimeoutMs(1_000);
            request.topicData().add(topic);
            RequestHeader header = new RequestHeader(ApiKeys.PRODUCE, VERSION, "held", 1);
            ByteBuffer bytes = RequestUtils.serialize(header.data(), header.headerVersion(), request, VERSION);
            ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + bytes.remaining());
            frame.putInt(bytes.remaining()).put(bytes).flip();
            while (frame.hasRemaining()) {
                socket.write(frame);
            }
            answer.clear();
        }

        boolean isAnswered() {
            try {
                socket.read(answer);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return answer.position() >= Integer.BYTES && answer.position() == Integer.BYTES + answer.getInt(0);
        }

        /** The offset that its record got. */
        long offset() {
            stepUntil(this::isAnswered);
            ProduceResponseData data = (ProduceResponseData) AbstractResponse.parseResponse(
                            answer.flip().position(Integer.BYTES).slice(),
                            new RequestHeader(ApiKeys.PRODUCE, VERSION, "held", 1))
                    .data();
            var partition =
                    data.responses().iterator().next().partitionResponses().getFirst();
            assertEquals(Errors.NONE, Errors.forCode(partition.errorCode()));
            return partition.baseOffset();
        }

        void hangUp() throws IOException {
            socket.close();
        }

        @Override
        public void close() throws IOException {
            hangUp();
        }
    }

    @Test
    void othersAreServedWhileALogIsBeingOpened() throws IOException {
        try (Client first = new Client();
                Client other = new Client()) {
            first.produce(CLOSED);
            stepUntil(() -> !openings.isEmpty());
            for (int i = 0; i < 10; i++) {
                other.produce(OPEN);
                assertEquals(i, other.offset());
            }
            assertEquals(0, catalog.get("t", CLOSED).logEndOffset());
            openings.remove().run();
            assertEquals(0, first.offset());
            first.produce(CLOSED);
            assertEquals(1, first.offset());
            assertEquals(1, produce.appendsHeld().get(), "the log is open now");
        }
    }

    @Test
    void allThatWaitAreAppendedInOrderAndAskedForOnce() throws IOException {
        try (Client first = new Client();
                Client second = new Client()) {
            first.produce(CLOSED);
            stepUntil(() -> produce.appendsHeld().get() == 1);
            second.produce(CLOSED);
            stepUntil(() -> produce.appendsHeld().get() == 2);
            assertEquals(1, openings.size());
            openings.remove().run();
            assertEquals(1, second.offset());
            assertEquals(0, first.offset());
        }
    }

    @Test
    void batchOfAConnectionThatHasEndedIsAppendedAllTheSame() throws IOException {
        try (Client first = new Client();
                Client second = new Client()) {
            first.produce(CLOSED);
            stepUntil(() -> produce.appendsHeld().get() == 1);
            first.hangUp();
            second.produce(CLOSED);
            stepUntil(() -> produce.appendsHeld().get() == 2);
            openings.remove().run();
            assertEquals(1, second.offset());
            assertEquals(0, shard.errors().count().get());
        }
    }
}
