package io.tickwire.compat.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.compat.differential.WireClient;
import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.TickwireProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a Produce request's answer waits for, seen from outside: with {@code flush.messages=1} the journal is put on the device between the
 * arrival of the records and their acknowledgement, otherwise not at all. Where the device refuses there is no acknowledgement.
 */
class DurabilityIT {

    private static final int REQUESTS = 20;
    private static final int PATIENCE_MS = 60_000;
    private static final short LAST_VERSION_WITH_NAMES = 12;
    private static final Set<String> RECEIVING = Set.of("read", "readv", "recvfrom", "recvmsg");
    private static final Set<String> SENDING = Set.of("write", "writev", "sendto", "sendmsg");
    private static final Set<String> WAITING = Set.of("fdatasync", "fsync", "msync", "sync_file_range", "syncfs");
    private static final String TRACED =
            String.join(",", RECEIVING) + ',' + String.join(",", SENDING) + ',' + String.join(",", WAITING);

    private static TickwireProcess broker;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() {
        broker = TickwireProcess.start(BrokerSettings.small(), Map.of());
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void acks1WaitsForTheDevice() throws Exception {
        assertWaits((short) 1);
    }

    @Test
    void acksAllWaitsForTheDevice() throws Exception {
        assertWaits((short) -1);
    }

    private void assertWaits(short acks) throws Exception {
        String topic = "synced" + acks;
        List<SystemCalls.Call> calls = produce(topic, Map.of("flush.messages", "1"), acks);
        for (int i = 0; i < REQUESTS; i++) {
            SystemCalls.Call request = arrival(calls, topic, i);
            SystemCalls.Call answer = answer(calls, request);
            assertTrue(
                    calls.stream()
                            .anyMatch(call -> call.name().equals("fdatasync")
                                    && isJournal(call, topic)
                                    && call.result() == 0
                                    && call.entered() > request.returned()
                                    && call.returned() < answer.entered()),
                    "request " + i + ", arrived at " + request + ", answered at " + answer);
        }
    }

    @Test
    void pageCacheTopicNeverWaitsForTheDevice() throws Exception {
        String topic = "cached";
        List<SystemCalls.Call> calls = produce(topic, Map.of(), (short) -1);
        for (int i = 0; i < REQUESTS; i++) {
            answer(calls, arrival(calls, topic, i));
        }
        assertEquals(
                List.of(),
                calls.stream()
                        .filter(call -> WAITING.contains(call.name()) && isJournal(call, topic))
                        .toList());
    }

    @Test
    void firstAcknowledgementOfATopicWaitsForEverythingItIsFoundBy() throws Exception {
        String topic = "found";
        createTopic(topic, Map.of("flush.messages", "1"));
        try (WireClient client = new WireClient(broker, "durability");
                SystemCalls tracer = SystemCalls.follow(broker.pid(), TRACED, directory.resolve("calls"))) {
            for (int i = 0; i < 2; i++) {
                assertEquals(Errors.NONE, send(client, topic, (short) -1, value(topic, i), PATIENCE_MS));
            }
            List<SystemCalls.Call> calls = tracer.stop();
            SystemCalls.Call answer = answer(calls, arrival(calls, topic, 0));
            List<String> synced = calls.stream()
                    .filter(call ->
                            WAITING.contains(call.name()) && call.result() == 0 && call.returned() < answer.entered())
                    .map(call -> call.first().replaceAll("^\\d+<|>$", ""))
                    .toList();
            Path log = logDirectory(topic);
            for (Path needed : List.of(journal(topic), journal(topic).getParent(), log.resolve("manifest"), log)) {
                assertTrue(synced.contains(needed.toString()), needed + " in " + synced);
            }
        }
    }

    /** The kernel takes pages that a device has refused for written: what succeeds afterwards says nothing. */
    @Test
    void deviceThatRefusesOnceIsNotBelievedAgain() throws Exception {
        String topic = "refused";
        createTopic(topic, Map.of("flush.messages", "1"));
        try (WireClient client = new WireClient(broker, "durability")) {
            assertEquals(Errors.NONE, send(client, topic, (short) -1, "first", PATIENCE_MS));
            try (SystemCalls refusing =
                    SystemCalls.fail(broker.pid(), "fdatasync", journal(topic), directory.resolve("calls"))) {
                assertEquals(Errors.REQUEST_TIMED_OUT, send(client, topic, (short) -1, "lost", 1_000));
                assertTrue(refusing.stop().stream().anyMatch(call -> call.result() < 0), "the device has refused");
            }
            assertEquals(Errors.KAFKA_STORAGE_ERROR, send(client, topic, (short) -1, "next", PATIENCE_MS));
        }
    }

    private static Path logDirectory(String topic) {
        return broker.dataDirectory().resolve("logs").resolve(topic + "-0");
    }

    private static Path journal(String topic) throws IOException {
        try (Stream<Path> files = Files.walk(logDirectory(topic))) {
            return files.filter(file -> file.toString().endsWith(".cq4"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void createTopic(String topic, Map<String, String> configs) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(configs)))
                    .all()
                    .get();
        }
    }

    /** One request after the other on one connection, traced. */
    private List<SystemCalls.Call> produce(String topic, Map<String, String> configs, short acks) throws Exception {
        createTopic(topic, configs);
        try (WireClient client = new WireClient(broker, "durability")) {
            // Opens the journal.
            assertEquals(Errors.NONE, send(client, topic, acks, "first", PATIENCE_MS));
            try (SystemCalls tracer = SystemCalls.follow(broker.pid(), TRACED, directory.resolve("calls"))) {
                // One more: the tracer has then seen the end of the call that sent the last but one's answer.
                for (int i = 0; i <= REQUESTS; i++) {
                    assertEquals(Errors.NONE, send(client, topic, acks, value(topic, i), PATIENCE_MS));
                }
                return tracer.stop();
            }
        }
    }

    private static Errors send(WireClient client, String topic, short acks, String value, int timeoutMs)
            throws Exception {
        MemoryRecords records =
                MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(value.getBytes(StandardCharsets.UTF_8)));
        ProduceRequestData data = new ProduceRequestData().setAcks(acks).setTimeoutMs(timeoutMs);
        data.topicData()
                .add(new ProduceRequestData.TopicProduceData()
                        .setName(topic)
                        .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                                .setIndex(0)
                                .setRecords(records))));
        ProduceRequest request = new ProduceRequest(data, LAST_VERSION_WITH_NAMES);
        return client.ask(request, ProduceResponse.class)
                .errorCounts()
                .keySet()
                .iterator()
                .next();
    }

    private static String value(String topic, int number) {
        return topic + "-record-" + number + "-";
    }

    private static SystemCalls.Call arrival(List<SystemCalls.Call> calls, String topic, int number) {
        return calls.stream()
                .filter(call -> RECEIVING.contains(call.name()) && call.rest().contains(value(topic, number)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("request " + number + " was not seen in " + calls.size()));
    }

    private static SystemCalls.Call answer(List<SystemCalls.Call> calls, SystemCalls.Call request) {
        return calls.stream()
                .filter(call -> SENDING.contains(call.name())
                        && call.first().equals(request.first())
                        && call.entered() > request.returned())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no answer to " + request));
    }

    private static boolean isJournal(SystemCalls.Call call, String topic) {
        return call.first().contains('/' + topic + "-0/");
    }
}
