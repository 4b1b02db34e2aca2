package io.tickwire.edge.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.config.ConfigLoader;
import io.tickwire.edge.handler.HandlerTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of APIs, in the documentation and as printed, is that of the handlers. */
class ApisCommandTest {
    private static final String DOCUMENT = "kafka-protocol/docs/apis.md";
    private static final String UPDATE = "tickwire.apis.update";

    @TempDir
    Path directory;

    private static Path root() {
        Path path = Path.of("").toAbsolutePath();
        while (!Files.exists(path.resolve(DOCUMENT))) {
            path = path.getParent();
        }
        return path;
    }

    /** {@code -Dtickwire.apis.update} writes the document anew instead of failing. */
    @Test
    void documentHasTheTableOfTheHandlers() throws IOException {
        try (Broker broker = Assembly.start(ConfigLoader.load(
                null,
                Map.of(
                        "data.dir", directory.resolve("data").toString(),
                        "kafka.listen", "127.0.0.1:0",
                        "shm.enabled", "false")))) {
            HandlerTable handlers = broker.handlers();
            Path document = root().resolve(DOCUMENT);
            String text = Files.readString(document);
            String before = text.substring(0, text.indexOf("| key |"));
            if (System.getProperty(UPDATE) != null) {
                Files.writeString(document, before + ApisCommand.table(handlers));
            }
            assertEquals(before + ApisCommand.table(handlers), Files.readString(document));
            for (ApiKeys key : ApiKeys.apisForListener(ListenerType.BROKER)) {
                assertTrue(handlers.find(key.id) != null, key + " is not served");
            }
        }
    }

    @Test
    void testsInTheTableExist() throws IOException {
        Set<String> classes;
        try (Stream<Path> files = Files.walk(root())) {
            classes = files.filter(file -> file.toString().contains("/src/test/java/"))
                    .map(file -> file.getFileName().toString().replace(".java", ""))
                    .collect(Collectors.toSet());
        }
        for (ApiKeys key : ApiKeys.values()) {
            for (String test : ApiTests.of(key)) {
                assertTrue(classes.contains(test), key + " is said to be tested by " + test);
            }
        }
    }
}
