package io.tickwire.compat.frameworks;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.state.QueryableStoreTypes;

/**
 * A Kafka Streams application, exactly_once_v2: trades and quotes of the same symbol whose times are at most
 * {@link #WINDOW_MS} apart are joined into {@link #JOINED}; the number of trades of each symbol is kept in the store
 * {@code trades}, which a GET of {@code /SYMBOL} reads while the application runs.
 *
 * <p>Arguments: broker, directory of the state, group protocol ({@code classic}, {@code streams}). Prints {@code PORT n} once it can
 * be asked.
 */
final class TradeJoin {

    static final String APPLICATION = "trade-join";
    static final String TRADES = "trades";
    static final String QUOTES = "quotes";
    static final String JOINED = "joined";
    static final long WINDOW_MS = 20;
    static final int SESSION_TIMEOUT_MS = 6_000;

    /** Longer than a broker needs to start again: Streams gives up when what it commits has timed out. */
    private static final int TRANSACTION_TIMEOUT_MS = 20_000;

    private TradeJoin() {}

    public static void main(String[] arguments) throws IOException {
        KafkaStreams streams = new KafkaStreams(topology(), settings(arguments[0], arguments[1], arguments[2]));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] answer = ask(streams, exchange.getRequestURI().getPath().substring(1))
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        streams.start();
        System.out.println("PORT " + server.getAddress().getPort());
    }

    private static StreamsConfig settings(String broker, String stateDirectory, String protocol) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        // A streams group spreads tasks over threads, wherever those are: with one each, two instances share two tasks.
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, protocol.equals("classic") ? 2 : 1);
        settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        settings.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, protocol);
        // A killed application holds its partitions no longer than this.
        if (protocol.equals("classic")) {
            settings.put(StreamsConfig.consumerPrefix("session.timeout.ms"), SESSION_TIMEOUT_MS);
            settings.put(StreamsConfig.consumerPrefix("heartbeat.interval.ms"), 1_000);
        }
        settings.put(StreamsConfig.producerPrefix("transaction.timeout.ms"), TRANSACTION_TIMEOUT_MS);
        settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        return new StreamsConfig(settings);
    }

    private static Topology topology() {
        StreamsBuilder builder = new StreamsBuilder();
        KStream<String, String> trades = builder.stream(TRADES);
        KStream<String, String> quotes = builder.stream(QUOTES);
        trades.join(
                        quotes,
                        (trade, quote) -> trade + " " + quote,
                        // Late by any restart, dropped by none.
                        JoinWindows.ofTimeDifferenceAndGrace(Duration.ofMillis(WINDOW_MS), Duration.ofDays(1)),
                        StreamJoined.with(Serdes.String(), Serdes.String(), Serdes.String()))
                .to(JOINED);
        trades.groupByKey(Grouped.with(Serdes.String(), Serdes.String())).count(Materialized.as(TRADES));
        return builder.build();
    }

    private static String ask(KafkaStreams streams, String symbol) {
        try {
            return String.valueOf(
                    streams.store(StoreQueryParameters.fromNameAndType(TRADES, QueryableStoreTypes.keyValueStore()))
                            .get(symbol));
        } catch (RuntimeException e) {
            // Not assigned or not restored yet: asked again.
            return e.getClass().getSimpleName();
        }
    }
}
