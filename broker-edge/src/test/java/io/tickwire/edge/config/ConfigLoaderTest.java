package io.tickwire.edge.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigLoaderTest {
    @Test
    void onlyDataDirectorySetEverythingElseHasItsDefault() {
        TickwireConfig config = load();
        assertEquals(new HostPort("127.0.0.1", 9092), config.kafka().listen());
        assertEquals(Optional.empty(), config.kafka().advertised());
        assertEquals(NetMode.KERNEL, config.net().mode());
        assertEquals(Map.of(), config.broker());
        assertTrue(config.feeds().isEmpty());
    }

    @Test
    void noDataDirectoryIsRefusedNamingIt() {
        assertMessage("data.dir is not set", Map.of());
    }

    @ParameterizedTest
    @CsvSource({
        "data.dirr, x, did you mean 'data.dir'",
        "kafka.num.partition, 3, did you mean 'kafka.num.partitions'",
        "feeds.itch.prot, 3, did you mean 'feeds.*.port'",
        "num.partitions, 3, did you mean 'kafka.num.partitions'",
        "kafka.num.partitions, many, kafka.num.partitions = 'many'",
        "kafka.listen, localhost, 'kafka.listen = ''localhost'': needs HOST:PORT'",
        "kafka.listen, localhost:99999, needs HOST:PORT",
        "net.mode, fast, 'needs one of kernel, dpdk'",
        "shm.ring.bytes, 16 parsecs, needs a size",
        "threading.spin.us, -2, needs a whole number from -1"
    })
    void wrongSettingIsRefusedSayingWhatWouldBeRight(String name, String value, String message) {
        assertMessage(message.replace("''", "'"), Map.of("data.dir", "d", name, value));
    }

    @Test
    void fileAndCommandLineSetTheSameKeyTheCommandLineWins(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("t.properties");
        Files.writeString(file, "data.dir=from-file\nkafka.listen=127.0.0.1:1\nkafka.num.partitions=7\n");
        TickwireConfig config = ConfigLoader.load(file, Map.of("kafka.listen", "[::1]:2"));
        assertEquals(Path.of("from-file"), config.dataDir());
        assertEquals(new HostPort("::1", 2), config.kafka().listen());
        assertEquals(Map.of("num.partitions", "7"), config.broker());
    }

    @Test
    void feedsAreReadByTheirNames() {
        Map<String, String> settings = new HashMap<>();
        settings.put("feeds.b.group", "239.1.1.2");
        settings.put("feeds.b.port", "5002");
        settings.put("feeds.b.topic", "tb");
        settings.put("feeds.a.group", "239.1.1.1");
        settings.put("feeds.a.port", "5001");
        settings.put("feeds.a.topic", "ta");
        settings.put("feeds.a.interface", "lo");
        settings.put("data.dir", "d");
        TickwireConfig config = ConfigLoader.load(null, settings);
        assertEquals(2, config.feeds().size());
        assertEquals("a", config.feeds().get(0).name());
        assertEquals(InetAddress.ofLiteral("239.1.1.1"), config.feeds().get(0).group());
        assertEquals("lo", config.feeds().get(0).networkInterface());
        assertEquals(5002, config.feeds().get(1).port());
    }

    @Test
    void feedWithoutItsGroupIsRefusedNamingTheFeed() {
        assertMessage("feeds.x.group is not set", Map.of("data.dir", "d", "feeds.x.port", "1", "feeds.x.topic", "t"));
    }

    @Test
    void missingFileIsRefusedNamingIt() {
        ConfigException thrown =
                assertThrows(ConfigException.class, () -> ConfigLoader.load(Path.of("/no/such.file"), Map.of()));
        assertTrue(thrown.getMessage().contains("/no/such.file"));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "65536, 65536", "64 KiB, 65536", "16MiB, 16777216", "1g, 1073741824"})
    void sizesAreReadWithTheirUnits(String text, long bytes) {
        assertEquals(bytes, ConfigType.SIZE.parser().apply(text));
    }

    @ParameterizedTest
    @CsvSource({"5 ns, 5", "50us, 50000", "10 ms, 10000000", "2 min, 120000000000"})
    void timesAreReadWithTheirUnits(String text, long ns) {
        assertEquals(ns, ConfigType.DURATION_NS.parser().apply(text));
    }

    @Test
    void referenceListsEverySetting() {
        String table = ConfigReference.markdown();
        for (ConfigKey<?> key : ConfigKeys.all()) {
            assertTrue(table.contains("`" + key.name().replace("*", "NAME") + "`"), key.name());
        }
    }

    private static TickwireConfig load() {
        return ConfigLoader.load(null, Map.of("data.dir", "d"));
    }

    private static void assertMessage(String part, Map<String, String> settings) {
        ConfigException thrown = assertThrows(ConfigException.class, () -> ConfigLoader.load(null, settings));
        assertTrue(thrown.getMessage().contains(part), thrown.getMessage());
    }
}
