package io.tickwire.edge.launch;

import io.tickwire.edge.config.ConfigLoader;
import io.tickwire.edge.handler.Handler;
import io.tickwire.edge.handler.HandlerTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.ApiKeys;
import picocli.CommandLine.Command;

/** {@code tickwire apis}: the API keys a broker serves, asked of one that runs for the purpose in a temporary directory. */
@Command(name = "apis", description = "Print the Kafka API keys and versions served.", mixinStandardHelpOptions = true)
public final class ApisCommand implements CliCommand {
    @Override
    public Integer call() throws IOException {
        Path directory = Files.createTempDirectory("tickwire-apis");
        try (Broker broker = Assembly.start(ConfigLoader.load(
                null,
                Map.of(
                        "data.dir",
                        directory.resolve("data").toString(),
                        "kafka.listen",
                        "127.0.0.1:0",
                        "shm.enabled",
                        "false")))) {
            System.out.print(table(broker.handlers()));
        } finally {
            delete(directory);
        }
        return 0;
    }

    /**
     * The handlers as a table in Markdown: one line per key with the versions served, whether ApiVersions names it, and the tests
     * that send it.
     */
    static String table(HandlerTable handlers) {
        StringBuilder table =
                new StringBuilder("| key | API | versions | listed | tested by |\n| --- | --- | --- | --- | --- |\n");
        for (Handler handler : handlers.handlers()) {
            ApiKeys key = handler.key();
            table.append("| %d | %s | %d-%d | %s | %s |%n"
                    .formatted(
                            key.id,
                            key.name,
                            handler.minVersion(),
                            handler.maxVersion(),
                            handler.isListed() ? "yes" : "no",
                            String.join(", ", ApiTests.of(key))));
        }
        return table.toString();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
