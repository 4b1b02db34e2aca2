package io.tickwire.edge.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tickwire.edge.config.ConfigLoader;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shard of a whole broker allocates next to nothing for Produce, also inside a transaction, and for Fetch within a session. */
class HotPathAllocationTest {
    private static final int REQUESTS_PER_ROUND = 5_000;
    /** The first ones are for the compiler, which on a busy machine takes its time. */
    private static final int ROUNDS = 30;

    /** One object in each request, 16 bytes at least, would be more than this in every round. */
    private static final long MOST_BYTES_PER_REQUEST = 15;

    @TempDir
    Path directory;

    private Socket socket;
    private DataInputStream in;
    private final byte[] answer = new byte[4096];

    private byte[] exchange(byte[] frame) throws IOException {
        socket.getOutputStream().write(frame);
        int length = in.readInt();
        in.readFully(answer, 0, length);
        return answer;
    }

    private static byte[] frame(ApiKeys key, int version, ApiMessage body) {
        RequestHeader header = new RequestHeader(key, (short) version, "hot", 1);
        ByteBuffer bytes = RequestUtils.serialize(header.data(), header.headerVersion(), body, (short) version);
        return ByteBuffer.allocate(Integer.BYTES + bytes.remaining())
                .putInt(bytes.remaining())
                .put(bytes)
                .array();
    }

    private <T extends ApiMessage> T ask(ApiKeys key, int version, ApiMessage body, Class<T> kind) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(exchange(frame(key, version, body)));
        return kind.cast(AbstractResponse.parseResponse(bytes, new RequestHeader(key, (short) version, "hot", 1))
                .data());
    }

    private byte[] produce(MemoryRecords records, String transactionalId) {
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) 1).setTimeoutMs(1_000).setTransactionalId(transactionalId);
        ProduceRequestData.TopicProduceData topic = new ProduceRequestData.TopicProduceData().setName("hot");
        topic.partitionData().add(new ProduceRequestData.PartitionProduceData().setRecords(records));
        request.topicData().add(topic);
        return frame(ApiKeys.PRODUCE, 12, request);
    }

    private Object answerTo(ApiKeys key) {
        return AbstractResponse.parseResponse(ByteBuffer.wrap(answer), new RequestHeader(key, (short) 12, "hot", 1))
                .data();
    }

    private void checkProduced() {
        ProduceResponseData data = (ProduceResponseData) answerTo(ApiKeys.PRODUCE);
        short code = data.responses()
                .iterator()
                .next()
                .partitionResponses()
                .getFirst()
                .errorCode();
        assertEquals(Errors.NONE, Errors.forCode(code));
    }

    private void checkFetched() {
        FetchResponseData data = (FetchResponseData) answerTo(ApiKeys.FETCH);
        assertEquals(Errors.NONE, Errors.forCode(data.errorCode()));
        assertTrue(
                data.responses().getFirst().partitions().getFirst().records().sizeInBytes() > 0, "records are fetched");
    }

    private static byte[] fetch(int sessionId, int epoch) {
        return frame(ApiKeys.FETCH, 12, fetchData(sessionId, epoch));
    }

    private static FetchRequestData fetchData(int sessionId, int epoch) {
        FetchRequestData request = new FetchRequestData()
                .setMinBytes(1)
                .setMaxBytes(1_000)
                .setSessionId(sessionId)
                .setSessionEpoch(epoch);
        if (epoch == 0) {
            request.setTopics(List.of(new FetchRequestData.FetchTopic()
                    .setTopic("hot")
                    .setPartitions(List.of(new FetchRequestData.FetchPartition().setPartitionMaxBytes(1_000)))));
        }
        return request;
    }

    static Thread shard() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("tickwire-shard"))
                .findFirst()
                .orElseThrow();
    }

    private interface Frames {
        byte[] next(int sequence);
    }

    /** The least of all rounds, up to the first that is as it must be: what each request allocates is in every round. */
    private long bytesPerRequest(Frames frames, Runnable check) throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long shard = shard().threadId();
        long least = Long.MAX_VALUE;
        int sequence = 0;
        for (int round = 0; round < ROUNDS && least > MOST_BYTES_PER_REQUEST; round++) {
            long before = threads.getThreadAllocatedBytes(shard);
            for (int i = 0; i < REQUESTS_PER_ROUND; i++) {
                exchange(frames.next(sequence++));
            }
            least = Math.min(least, (threads.getThreadAllocatedBytes(shard) - before) / REQUESTS_PER_ROUND);
            check.run();
        }
        return least;
    }

    private InitProducerIdResponseData transactionalProducer() throws IOException {
        FindCoordinatorRequestData find = new FindCoordinatorRequestData().setKeyType(CoordinatorType.TRANSACTION.id());
        find.coordinatorKeys().add("tx");
        InitProducerIdRequestData init =
                new InitProducerIdRequestData().setTransactionalId("tx").setTransactionTimeoutMs(600_000);
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        InitProducerIdResponseData producer;
        do {
            ask(ApiKeys.FIND_COORDINATOR, 4, find, FindCoordinatorResponseData.class);
            producer = ask(ApiKeys.INIT_PRODUCER_ID, 4, init, InitProducerIdResponseData.class);
        } while (producer.errorCode() != 0 && System.nanoTime() - deadlineNs < 0);
        assertEquals(0, producer.errorCode());
        return producer;
    }

    @Test
    void produceAndFetchAllocateNothingOnTheShard() throws Exception {
        try (Broker broker = Assembly.start(ConfigLoader.load(
                null,
                Map.of(
                        "data.dir", directory.resolve("data").toString(),
                        "kafka.listen", "127.0.0.1:0",
                        "kafka.transaction.state.log.num.partitions", "1",
                        "kafka.transaction.max.timeout.ms", "600000",
                        "shm.enabled", "false")))) {
            Uuid id = broker.control()
                    .ensureTopic("hot", 1, Map.of())
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
            assertTrue(!id.equals(Uuid.ZERO_UUID));
            socket = new Socket(
                    broker.kafkaAddress().getAddress(), broker.kafkaAddress().getPort());
            socket.setTcpNoDelay(true);
            in = new DataInputStream(socket.getInputStream());
            byte[] plain = produce(record(-1, (short) -1, -1, false), null);
            long outside = bytesPerRequest(sequence -> plain, this::checkProduced);
            assertTrue(outside <= MOST_BYTES_PER_REQUEST, outside + " B per request outside a transaction");
            InitProducerIdResponseData producer = transactionalProducer();
            long inside = bytesPerRequest(
                    sequence -> produce(record(producer.producerId(), producer.producerEpoch(), sequence, true), "tx"),
                    this::checkProduced);
            assertTrue(inside <= MOST_BYTES_PER_REQUEST, inside + " B per request inside a transaction");
            int session = ask(ApiKeys.FETCH, 12, fetchData(0, 0), FetchResponseData.class)
                    .sessionId();
            assertTrue(session > 0);
            long fetched = bytesPerRequest(sequence -> fetch(session, sequence + 1), this::checkFetched);
            assertTrue(fetched <= MOST_BYTES_PER_REQUEST, fetched + " B per Fetch");
            System.out.println("on the shard: Produce " + outside + " B/request, in a transaction " + inside
                    + ", Fetch " + fetched);
        } finally {
            if (socket != null) {
                socket.close();
            }
        }
    }

    private static MemoryRecords record(long producerId, short epoch, int sequence, boolean transactional) {
        SimpleRecord record = new SimpleRecord(System.currentTimeMillis(), null, new byte[100]);
        return transactional
                ? MemoryRecords.withTransactionalRecords(Compression.NONE, producerId, epoch, sequence, record)
                : MemoryRecords.withRecords(Compression.NONE, record);
    }
}
