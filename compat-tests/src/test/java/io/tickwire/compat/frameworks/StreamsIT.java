package io.tickwire.compat.frameworks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.ChildJvm;
import io.tickwire.compat.target.TickwireProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@link TradeJoin} is killed in the middle of its work, and later the broker under it: the joined records are there once each,
 * and the store counts every trade once, asked before and after. So in a group of the classic protocol, whose state moves to another
 * instance, and in one of the streams protocol (KIP-1071) with two instances at once, of which one comes back.
 */
class StreamsIT {

    private static final int PARTITIONS = 2;
    private static final int ROUNDS = 3;
    private static final int RECORDS_PER_ROUND = 300;
    private static final int SYMBOLS = 5;
    private static final long STEP_MS = 1;
    private static final long START_TIMEOUT_MS = 60_000;

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    @Test
    void killedApplicationAndBrokerLeaveEachResultOnce() throws Exception {
        try (TickwireProcess broker = TickwireProcess.start(BrokerSettings.small(), Map.of());
                ChildJvm first = application(broker, "first", "state", "classic");
                ChildJvm second = application(broker, "second", "state", "classic")) {
            createTopics(broker);
            first.start();
            produce(broker, 0);
            awaitCounts(RECORDS_PER_ROUND / SYMBOLS, first);
            produce(broker, 1);
            first.kill();
            second.start();
            awaitCounts(2 * RECORDS_PER_ROUND / SYMBOLS, second);
            produce(broker, 2);
            broker.kill();
            broker.restart();
            awaitCounts(3 * RECORDS_PER_ROUND / SYMBOLS, second);
            assertEquals(expected(), joined(broker));
            second.stop(20_000);
        }
    }

    @Test
    void streamsGroupOutlivesKilledMemberAndBroker() throws Exception {
        String timeout = Integer.toString(TradeJoin.SESSION_TIMEOUT_MS);
        BrokerSettings settings = BrokerSettings.small()
                .with("group.streams.min.session.timeout.ms", timeout)
                .with("group.streams.session.timeout.ms", timeout);
        try (TickwireProcess broker = TickwireProcess.start(settings, Map.of());
                ChildJvm first = application(broker, "first", "first", "streams");
                ChildJvm second = application(broker, "second", "second", "streams");
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            createTopics(broker);
            first.start();
            second.start();
            StreamsGroupView group = new StreamsGroupView(admin, TradeJoin.APPLICATION);
            awaitStable(group, first, second);
            produce(broker, 0);
            awaitCounts(RECORDS_PER_ROUND / SYMBOLS, first, second);
            produce(broker, 1);
            first.kill();
            first.start();
            awaitCounts(2 * RECORDS_PER_ROUND / SYMBOLS, first, second);
            awaitStable(group, first, second);
            produce(broker, 2);
            broker.kill();
            broker.restart();
            awaitCounts(3 * RECORDS_PER_ROUND / SYMBOLS, first, second);
            awaitStable(group, first, second);
            String members = group.members(broker, directory.resolve("tool"));
            for (int task = 0; task < PARTITIONS; task++) {
                assertTrue(members.contains("ACTIVE: 0:[" + task + "]"), members);
            }
            assertEquals(expected(), joined(broker));
        }
    }

    private static void createTopics(TickwireProcess broker) throws Exception {
        Records.createTopics(broker, PARTITIONS, TradeJoin.TRADES, TradeJoin.QUOTES, TradeJoin.JOINED);
    }

    private ChildJvm application(TickwireProcess broker, String name, String state, String protocol)
            throws IOException {
        return new ChildJvm(
                List.of(
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED"),
                System.getProperty("java.class.path"),
                List.of(
                        TradeJoin.class.getName(),
                        broker.bootstrap(),
                        directory.resolve(state).toString(),
                        protocol),
                Files.createDirectories(directory.resolve(name)));
    }

    /** Record {@code i} of each topic has the time {@code i} steps after the first, and the symbol {@code i} modulo their number. */
    private static void produce(TickwireProcess broker, int round) throws Exception {
        try (KafkaProducer<String, String> producer = Records.producer(broker)) {
            for (int i = round * RECORDS_PER_ROUND; i < (round + 1) * RECORDS_PER_ROUND; i++) {
                for (String topic : List.of(TradeJoin.TRADES, TradeJoin.QUOTES)) {
                    var _ = producer.send(new ProducerRecord<>(
                            topic, null, time(i), "S" + i % SYMBOLS, topic.charAt(0) + Integer.toString(i)));
                }
            }
            producer.flush();
        }
    }

    private static long time(int record) {
        return 1_700_000_000_000L + record * STEP_MS;
    }

    private static List<String> expected() {
        List<String> pairs = new ArrayList<>();
        int count = ROUNDS * RECORDS_PER_ROUND;
        for (int trade = 0; trade < count; trade++) {
            for (int quote = trade % SYMBOLS; quote < count; quote += SYMBOLS) {
                if (Math.abs(time(trade) - time(quote)) <= TradeJoin.WINDOW_MS) {
                    pairs.add("S" + trade % SYMBOLS + " t" + trade + " q" + quote);
                }
            }
        }
        assertTrue(pairs.size() > count, "each trade has several quotes");
        pairs.sort(null);
        return pairs;
    }

    private static List<String> joined(TickwireProcess broker) {
        return Records.committed(
                        broker, TradeJoin.JOINED, PARTITIONS, expected().size())
                .stream()
                .map(record -> record.key() + " " + record.value())
                .sorted()
                .toList();
    }

    /** Waits until for each symbol one of the instances has counted so many trades. */
    private void awaitCounts(int count, ChildJvm... applications) throws Exception {
        List<String> addresses = new ArrayList<>();
        for (ChildJvm application : applications) {
            addresses.add("http://127.0.0.1:"
                    + application
                            .awaitOutput(Pattern.compile("(?m)^PORT (\\d+)"), START_TIMEOUT_MS)
                            .group(1));
        }
        try {
            for (int symbol = 0; symbol < SYMBOLS; symbol++) {
                awaitCount(count, "/S" + symbol, addresses);
            }
        } catch (AssertionError e) {
            throw with(applications, e);
        }
    }

    /** Waits until each application has one task. */
    private static void awaitStable(StreamsGroupView group, ChildJvm... applications) throws Exception {
        try {
            group.awaitStable(PARTITIONS, applications.length);
        } catch (AssertionError e) {
            throw with(applications, e);
        }
    }

    /** Adds what the applications said last. */
    private static AssertionError with(ChildJvm[] applications, AssertionError e) throws IOException {
        for (ChildJvm application : applications) {
            e.addSuppressed(new AssertionError("alive: " + application.isAlive() + "\n" + application.tail()));
        }
        return e;
    }

    private void awaitCount(int count, String path, List<String> addresses) throws InterruptedException {
        Records.await(
                "the store counts " + count + " of " + path,
                () -> addresses.stream()
                        .map(address -> ask(HttpRequest.newBuilder(URI.create(address + path))
                                .build()))
                        .anyMatch(Integer.toString(count)::equals));
    }

    private String ask(HttpRequest question) {
        try {
            return http.send(question, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
