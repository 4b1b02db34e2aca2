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
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@link TradeJoin} is killed in the middle of its work, and later the broker under it: the joined records are there once each,
 * and the store counts every trade once, asked before and after.
 */
class StreamsIT {

    private static final int PARTITIONS = 2;
    private static final int ROUNDS = 3;
    private static final int RECORDS_PER_ROUND = 300;
    private static final int SYMBOLS = 5;
    private static final long STEP_MS = 1;

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    @Test
    void killedApplicationAndBrokerLeaveEachResultOnce() throws Exception {
        try (TickwireProcess broker = TickwireProcess.start(BrokerSettings.small(), Map.of());
                ChildJvm first = application(broker, "first");
                ChildJvm second = application(broker, "second")) {
            Records.createTopics(broker, PARTITIONS, TradeJoin.TRADES, TradeJoin.QUOTES, TradeJoin.JOINED);
            first.start();
            produce(broker, 0);
            awaitCounts(first, RECORDS_PER_ROUND / SYMBOLS);
            produce(broker, 1);
            first.kill();
            second.start();
            awaitCounts(second, 2 * RECORDS_PER_ROUND / SYMBOLS);
            produce(broker, 2);
            broker.kill();
            broker.restart();
            awaitCounts(second, 3 * RECORDS_PER_ROUND / SYMBOLS);
            List<String> expected = expected();
            List<String> joined =
                    new ArrayList<>(Records.committed(broker, TradeJoin.JOINED, PARTITIONS, expected.size()).stream()
                            .map(record -> record.key() + " " + record.value())
                            .toList());
            joined.sort(null);
            assertEquals(expected, joined);
            second.stop(20_000);
        }
    }

    private ChildJvm application(TickwireProcess broker, String name) throws IOException {
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
                        directory.resolve("state").toString()),
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

    private void awaitCounts(ChildJvm application, int count) throws Exception {
        String port = application
                .awaitOutput(Pattern.compile("(?m)^PORT (\\d+)"), 30_000)
                .group(1);
        for (int symbol = 0; symbol < SYMBOLS; symbol++) {
            HttpRequest question = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/S" + symbol))
                    .build();
            Records.await("the store counts " + count, () -> ask(question).equals(Integer.toString(count)));
        }
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
