package io.tickwire.net.dpdk;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Virtual devices without kernel ends, in ordinary memory: no privileges needed. */
class VdevIT {
    @BeforeEach
    void needs() {
        Needs.dpdk();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring", "null", "pool", "refusals"})
    void deviceUsedGivesEveryFrameBack(final String scenario) {
        final String output = ChildJvm.run(List.of(), VdevScenarios.class, scenario);
        assertTrue(output.contains("passed " + scenario), output);
    }

    @Test
    void captureReadAndEchoedIsWrittenUnchanged(@TempDir final Path directory) {
        final String output = ChildJvm.run(List.of(), VdevScenarios.class, "pcap", directory.toString());
        assertTrue(output.contains("passed pcap"), output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1500", "9000"})
    void framesThroughSharedMemoryAreEchoedByAnotherProcess(final String mtu, @TempDir final Path directory) {
        final String socket = directory.resolve("memif").toString();
        try (ChildJvm server = ChildJvm.start(List.of(), VdevScenarios.class, "memif-server", socket, mtu);
                ChildJvm client = ChildJvm.start(List.of(), VdevScenarios.class, "memif-client", socket, mtu)) {
            assertTrue(client.join().contains("passed memif-client"));
            assertTrue(server.join().contains("passed memif-server"));
        }
    }
}
