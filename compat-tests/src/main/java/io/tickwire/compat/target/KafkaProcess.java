package io.tickwire.compat.target;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Real Kafka, one KRaft node in a child process, from the jars on this process's class path. */
public final class KafkaProcess implements FaultyTarget {

    private static final long START_TIMEOUT_MS = 180_000;
    private static final long STOP_TIMEOUT_MS = 20_000;
    private static final Pattern STARTED = Pattern.compile("Kafka Server started");

    private final Path directory;
    private final int port;
    private final ChildJvm broker;

    private KafkaProcess(Path directory, int port, ChildJvm broker) {
        this.directory = directory;
        this.port = port;
        this.broker = broker;
    }

    public static KafkaProcess start(BrokerSettings settings, String... jvmArguments) {
        Path directory = TargetFiles.makeDirectory("kafka");
        int[] ports = TargetFiles.freePorts(2);
        Path properties = writeProperties(directory, ports[0], ports[1], settings);
        String classPath = TargetFiles.join(TargetFiles.kafkaJars());
        List<String> quickStart =
                List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto", "--enable-native-access=ALL-UNNAMED");
        new ChildJvm(
                        quickStart,
                        classPath,
                        List.of(
                                "kafka.tools.StorageTool",
                                "format",
                                "-t",
                                "4L6g3nShT-eMCtK--X86sw",
                                "-c",
                                properties.toString()),
                        directory)
                .runToEnd(START_TIMEOUT_MS);
        List<String> arguments = jvmArguments.length > 0
                ? List.of(jvmArguments)
                : List.of(
                        "-Xmx768m",
                        "-XX:+UseG1GC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow");
        ChildJvm broker = new ChildJvm(arguments, classPath, List.of("kafka.Kafka", properties.toString()), directory);
        KafkaProcess target = new KafkaProcess(directory, ports[0], broker);
        try {
            target.restart();
        } catch (RuntimeException e) {
            target.close();
            throw e;
        }
        return target;
    }

    private static Path writeProperties(Path directory, int port, int controllerPort, BrokerSettings settings) {
        Map<String, String> lines = new TreeMap<>(settings.values());
        lines.put("process.roles", "broker,controller");
        lines.put("node.id", "1");
        lines.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        lines.put("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        lines.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        lines.put("controller.listener.names", "CONTROLLER");
        lines.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT");
        lines.put("log.dirs", directory.resolve("data").toString());
        StringBuilder text = new StringBuilder();
        lines.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
        try {
            return Files.writeString(directory.resolve("server.properties"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String name() {
        return "kafka-process";
    }

    @Override
    public String bootstrap() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void restart() {
        broker.start();
        broker.awaitOutput(STARTED, START_TIMEOUT_MS);
    }

    @Override
    public void kill() {
        broker.kill();
    }

    @Override
    public void stop() {
        broker.stop(STOP_TIMEOUT_MS);
    }

    @Override
    public void pause() {
        broker.signal("STOP");
    }

    @Override
    public void resume() {
        broker.signal("CONT");
    }

    @Override
    public long pid() {
        return broker.pid();
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public void close() {
        broker.kill();
        TargetFiles.deleteRecursively(directory);
    }
}
