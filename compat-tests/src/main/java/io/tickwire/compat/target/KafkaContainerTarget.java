package io.tickwire.compat.target;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** Real Kafka in a container: a published image, or one built here from this process's class path. */
public final class KafkaContainerTarget implements Target {

    /** Image to run; {@value #LOCAL} builds one without any registry. */
    public static final String IMAGE_PROPERTY = "compat.kafka.image";

    public static final String DEFAULT_IMAGE = "apache/kafka:4.3.1";
    public static final String LOCAL = "local";

    private static final String LOCAL_IMAGE = "tickwire-test/kafka:4.3.1";
    private static final long BUILD_TIMEOUT_S = 180;
    private static final int START_ATTEMPTS = 3;

    private final KafkaContainer container;

    private KafkaContainerTarget(KafkaContainer container) {
        this.container = container;
    }

    /** Says whether a container engine answers; asks once. */
    public static boolean isEngineAvailable() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    // The container is closed by close().
    @SuppressWarnings("resource")
    public static KafkaContainerTarget start(BrokerSettings settings) {
        String image = System.getProperty(IMAGE_PROPERTY, DEFAULT_IMAGE);
        if (image.equals(LOCAL)) {
            buildLocalImage();
            image = LOCAL_IMAGE;
        }
        KafkaContainer container =
                new KafkaContainer(DockerImageName.parse(image).asCompatibleSubstituteFor("apache/kafka"));
        settings.values().forEach((key, value) -> container.withEnv(environmentName(key), value));
        // The container may run its start script while it is still being copied in ("Text file busy").
        container.withStartupAttempts(START_ATTEMPTS).start();
        return new KafkaContainerTarget(container);
    }

    private static String environmentName(String key) {
        return "KAFKA_"
                + key.replace("_", "__").replace("-", "___").replace(".", "_").toUpperCase(Locale.ROOT);
    }

    private static void buildLocalImage() {
        Path script = RepositoryRoot.find().resolve("compat-tests/src/main/sh/build-kafka-image.sh");
        List<String> command =
                new ArrayList<>(List.of(script.toString(), System.getProperty("java.home"), LOCAL_IMAGE));
        TargetFiles.kafkaJars().forEach(jar -> command.add(jar.toString()));
        Path directory = TargetFiles.makeDirectory("image");
        Path log = directory.resolve("build.log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!process.waitFor(BUILD_TIMEOUT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new TargetException("image not built within " + BUILD_TIMEOUT_S + " s");
            }
            if (process.exitValue() != 0) {
                throw new TargetException("image not built:\n" + Files.readString(log));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TargetException("interrupted", e);
        } finally {
            TargetFiles.deleteRecursively(directory);
        }
    }

    @Override
    public String name() {
        return "kafka-container";
    }

    @Override
    public String bootstrap() {
        String servers = container.getBootstrapServers();
        return servers.substring(servers.lastIndexOf('/') + 1);
    }

    @Override
    public void close() {
        container.stop();
    }
}
