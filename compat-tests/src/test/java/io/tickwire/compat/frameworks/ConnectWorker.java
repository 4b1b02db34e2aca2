package io.tickwire.compat.frameworks;

import io.tickwire.compat.target.ChildJvm;
import io.tickwire.compat.target.Target;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A distributed worker of Kafka Connect in a process of its own, spoken to over its REST interface. */
final class ConnectWorker implements AutoCloseable {

    private static final long START_TIMEOUT_MS = 120_000;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ChildJvm process;
    private final int port;

    /** Describes a worker with its directory for files; starts nothing. */
    ConnectWorker(Target broker, Path directory) throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Map<String, String> settings = new TreeMap<>();
        settings.put("bootstrap.servers", broker.bootstrap());
        settings.put("group.id", "workers");
        settings.put("listeners", "http://127.0.0.1:" + port);
        settings.put("rest.advertised.host.name", "127.0.0.1");
        settings.put("rest.advertised.port", Integer.toString(port));
        settings.put("key.converter", "org.apache.kafka.connect.storage.StringConverter");
        settings.put("value.converter", "org.apache.kafka.connect.storage.StringConverter");
        for (String topic : List.of("config", "offset", "status")) {
            settings.put(topic + ".storage.topic", "connect-" + topic);
            settings.put(topic + ".storage.replication.factor", "1");
        }
        settings.put("offset.storage.partitions", "2");
        settings.put("status.storage.partitions", "2");
        settings.put("offset.flush.interval.ms", "500");
        settings.put("plugin.discovery", "service_load");
        settings.put("exactly.once.source.support", "enabled");
        settings.put("session.timeout.ms", "6000");
        settings.put("heartbeat.interval.ms", "1000");
        settings.put("scheduled.rebalance.max.delay.ms", "0");
        // Longer than a broker needs to start again: a source task fails when what it commits has timed out.
        settings.put("producer.transaction.timeout.ms", "20000");
        process = new ChildJvm(
                List.of(
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED"),
                System.getProperty("java.class.path"),
                List.of(
                        "org.apache.kafka.connect.cli.ConnectDistributed",
                        PropertiesFile.write(directory.resolve("worker.properties"), settings)),
                directory);
    }

    /** Starts the worker; returns when it answers and has joined its group. */
    void start() throws InterruptedException {
        process.start();
        process.awaitOutput(Pattern.compile("Kafka Connect started"), START_TIMEOUT_MS);
        Records.await(
                "the worker has its connectors",
                () -> request("GET", "/connectors", "").startsWith("["));
    }

    void stop() {
        process.stop(20_000);
    }

    void kill() {
        process.kill();
    }

    void create(String connector, String json) throws InterruptedException {
        Records.await(
                "connector " + connector,
                () -> request("PUT", "/connectors/" + connector + "/config", json)
                        .contains("\"name\""));
        awaitState(connector, "RUNNING");
    }

    /** Tells a connector {@code stop} or {@code resume}, and waits until it has. */
    void tell(String connector, String what, String state) throws InterruptedException {
        request("PUT", "/connectors/" + connector + "/" + what, "");
        awaitState(connector, state);
    }

    /** Waits until a connector is in a state: and its task too, where it has one. */
    void awaitState(String connector, String state) throws InterruptedException {
        Records.await(connector + " is " + state, () -> {
            String status = request("GET", "/connectors/" + connector + "/status", "");
            int tasks = status.indexOf("\"tasks\":");
            return tasks > 0
                    && status.substring(0, tasks).contains("\"" + state + "\"")
                    && (state.equals("STOPPED") || status.substring(tasks).contains("\"" + state + "\""));
        });
    }

    private String request(String method, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            // Not up yet, or rebalancing: asked again.
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        process.close();
    }

    /** Settings of a program. */
    static final class PropertiesFile {

        private PropertiesFile() {}

        static String write(Path file, Map<String, String> settings) throws IOException {
            StringBuilder text = new StringBuilder();
            settings.forEach(
                    (key, value) -> text.append(key).append('=').append(value).append('\n'));
            Files.createDirectories(file.getParent());
            return Files.writeString(file, text).toString();
        }
    }
}
