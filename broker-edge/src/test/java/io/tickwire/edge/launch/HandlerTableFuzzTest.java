package io.tickwire.edge.launch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.config.ConfigLoader;
import io.tickwire.edge.handler.Handler;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Well-formed requests with hostile values, of every key and version, against a whole broker: each is answered, or waits, or ends
 * its connection; nothing fails inside the broker, and it serves clients afterwards.
 *
 * <p>{@code -Dtickwire.seed=N} sends others, {@code -Dtickwire.requests=N} more of each key and version.
 */
class HandlerTableFuzzTest {
    private static final int REQUESTS = Integer.getInteger("tickwire.requests", 4);
    private static final int LEAST_ANSWERED = 100;
    private static final int LARGEST_ANSWER_BYTES = 16 << 20;
    private static final long MOST_HEAP_GROWTH_BYTES = 256L << 20;
    /** Long for an answer that does not wait for anything; those that do are given up. */
    private static final int PATIENCE_MS = 100;

    @TempDir
    Path directory;

    private Broker broker;
    private Socket socket;
    private DataInputStream in;
    private int answered;
    private int closed;
    private int waiting;

    private void send(byte[] frame) throws IOException {
        if (socket == null) {
            socket = new Socket(
                    broker.kafkaAddress().getAddress(), broker.kafkaAddress().getPort());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MS);
            in = new DataInputStream(socket.getInputStream());
        }
        try {
            socket.getOutputStream().write(frame);
            int length = in.readInt();
            assertTrue(length >= 4 && length <= LARGEST_ANSWER_BYTES, "an answer of " + length + " bytes");
            in.skipNBytes(length);
            answered++;
        } catch (SocketTimeoutException e) {
            waiting++;
            hangUp();
        } catch (EOFException | SocketException e) {
            closed++;
            hangUp();
        }
    }

    private void hangUp() throws IOException {
        socket.close();
        socket = null;
    }

    private static long usedHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private String metrics() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + broker.metricsPort() + "/metrics");
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private String bootstrap() {
        return broker.kafkaAddress().getAddress().getHostAddress() + ":"
                + broker.kafkaAddress().getPort();
    }

    @Test
    void hostileValuesOfEveryKeyAndVersionLeaveTheBrokerServing() throws Exception {
        long seed = Long.getLong("tickwire.seed", 932);
        broker = Assembly.start(ConfigLoader.load(
                null,
                Map.of(
                        "data.dir",
                        directory.resolve("data").toString(),
                        "kafka.listen",
                        "127.0.0.1:0",
                        "metrics.listen",
                        "127.0.0.1:0",
                        "kafka.offsets.topic.num.partitions",
                        "2",
                        "kafka.transaction.state.log.num.partitions",
                        "2",
                        "kafka.share.coordinator.state.topic.num.partitions",
                        "2",
                        "shm.enabled",
                        "false")));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
            Uuid id = broker.control()
                    .ensureTopic("there", 2, Map.of())
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
            HostileRequests requests = new HostileRequests(
                    seed,
                    List.of("there", "group", "member", "producer", "range", "retention.ms", "__consumer_offsets"),
                    List.of(id, Uuid.ZERO_UUID));
            long before = usedHeap();
            for (Handler handler : broker.handlers().handlers()) {
                if (handler.key() == ApiKeys.UNREGISTER_BROKER) {
                    // Does what it says, also to the broker that is asked: as on Kafka it serves no new topic after
                    // that.
                    continue;
                }
                for (short version = handler.minVersion(); version <= handler.maxVersion(); version++) {
                    for (int i = 0; i < REQUESTS; i++) {
                        send(requests.frame(handler.key(), version, i));
                    }
                }
            }
            System.out.printf(
                    "seed %d: %d answered, %d ended their connection, %d waited%n", seed, answered, closed, waiting);
            assertTrue(metrics().contains("tickwire_internal_errors_total 0.0"), "failed inside, seed " + seed);
            assertTrue(answered > LEAST_ANSWERED, answered + " answered, seed " + seed);
            long growth = usedHeap() - before;
            assertTrue(growth < MOST_HEAP_GROWTH_BYTES, growth + " bytes more heap in use, seed " + seed);
            admin.createTopics(List.of(new NewTopic("after", 1, (short) 1)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
            assertTrue(admin.listTopics().names().get(60, TimeUnit.SECONDS).contains("after"), "seed " + seed);
        } finally {
            if (socket != null) {
                socket.close();
            }
            broker.close();
        }
    }
}
