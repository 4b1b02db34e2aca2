package io.tickwire.edge.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChannelRegistryTest {
    private static final int RING_BYTES = 64 * 1024;

    @TempDir
    Path directory;

    private RegistrySettings settings(final int channels) {
        return new RegistrySettings(
                directory,
                Path.of("/data"),
                RING_BYTES,
                4L * (RING_BYTES + RingLayout.HEADER_BYTES),
                channels,
                PosixFilePermissions.fromString("rw-r-----"));
    }

    @Test
    void openTwiceSecondBrokerIsRefusedByName() {
        try (ChannelRegistry first = ChannelRegistry.open(settings(8), 0)) {
            final ShmException refused = assertThrows(ShmException.class, () -> ChannelRegistry.open(settings(8), 0));
            assertEquals(ShmException.Cause.IN_USE, refused.reason());
            assertTrue(
                    refused.getMessage()
                            .contains("process " + ProcessHandle.current().pid()),
                    refused.getMessage());
            assertEquals(0, first.channelCount());
        }
        ChannelRegistry.open(settings(8), 0).close();
    }

    @Test
    void createdChannelsAreListedUntilClosed() {
        try (ChannelRegistry registry = ChannelRegistry.open(settings(8), 0)) {
            final ChannelPublisher a = registry.create("a", 1, 2, 0, 0);
            registry.create("a", 1, 2, 1, 0);
            try (RegistryView view = RegistryView.open(directory)) {
                assertEquals(2, view.entries().size());
                final Path ring = view.find("a", 0);
                assertTrue(Files.exists(ring));
                registry.close(a);
                assertNull(view.find("a", 0));
                assertFalse(Files.exists(ring));
                registry.create("b", 3, 4, 0, 0);
                assertEquals(2, view.entries().size());
                assertEquals(Path.of("/data"), view.journalPath());
                assertEquals(ProcessHandle.current().pid(), view.pid());
            }
        }
    }

    @Test
    void limitReachedIsRefusedAndFreedByClosing() {
        try (ChannelRegistry registry = ChannelRegistry.open(settings(8), 0)) {
            final ChannelPublisher first = registry.create("a", 1, 2, 0, 0);
            for (int i = 1; i < 4; i++) {
                registry.create("a", 1, 2, i, 0);
            }
            final ShmException refused = assertThrows(ShmException.class, () -> registry.create("a", 1, 2, 4, 0));
            assertEquals(ShmException.Cause.LIMIT_REACHED, refused.reason());
            registry.close(first);
            registry.create("a", 1, 2, 4, 0);
            assertEquals(4, registry.channelCount());
        }
    }

    @Test
    void filesHaveTheConfiguredPermissions() throws IOException {
        try (ChannelRegistry registry = ChannelRegistry.open(settings(8), 0)) {
            registry.create("a", 1, 2, 0, 0);
            try (RegistryView view = RegistryView.open(directory)) {
                assertEquals(
                        "rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(view.find("a", 0))));
                assertEquals(
                        "rw-r-----",
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(directory.resolve(RegistryLayout.FILE_NAME))));
            }
        }
    }

    @Test
    void deadBrokersFilesAreSupersededAndRemoved() throws IOException {
        final Path leftRegistry = directory.resolve("copy-registry");
        final Path leftRing = directory.resolve("ring-0-0");
        try (ChannelRegistry registry = ChannelRegistry.open(settings(8), 0)) {
            registry.create("a", 1, 2, 0, 0);
            // What kill -9 leaves: both files with an open state.
            try (RegistryView view = RegistryView.open(directory)) {
                Files.copy(view.find("a", 0), leftRing);
            }
            Files.copy(directory.resolve(RegistryLayout.FILE_NAME), leftRegistry);
        }
        Files.copy(
                leftRegistry,
                directory.resolve(RegistryLayout.FILE_NAME),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        try (RegistryView stale = RegistryView.open(directory);
                RingReader ring = RingReader.open(leftRing)) {
            assertTrue(stale.isOpen());
            assertTrue(ring.isOpen());
            final long oldGeneration = stale.generation();
            try (ChannelRegistry registry = ChannelRegistry.open(settings(8), 0)) {
                assertEquals(1, registry.supersededRingCount());
                assertTrue(registry.generation() > oldGeneration);
                assertFalse(stale.isOpen());
                assertFalse(ring.isOpen());
                assertFalse(Files.exists(leftRing));
            }
        }
    }

    @Test
    void strangeRegistryFileIsReplacedByABrokerAndRefusedByASubscriber() throws IOException {
        final Path path = directory.resolve(RegistryLayout.FILE_NAME);
        Files.write(path, new byte[8192]);
        final ShmException refused = assertThrows(ShmException.class, () -> RegistryView.open(directory));
        assertEquals(ShmException.Cause.INVALID_FILE, refused.reason());
        try (ChannelRegistry registry = ChannelRegistry.open(settings(8), 0)) {
            assertTrue(registry.generation() > 0);
            RegistryView.open(directory).close();
        }
    }

    @Test
    void heartbeatIsSeenByView() {
        try (ChannelRegistry registry = ChannelRegistry.open(settings(8), 0);
                RegistryView view = RegistryView.open(directory)) {
            registry.heartbeat(1_000);
            assertEquals(500, view.heartbeatAgeNs(1_500));
        }
    }

    @Test
    void emptyDirectoryHasNoRegistry() {
        final ShmException refused = assertThrows(ShmException.class, () -> RegistryView.open(directory));
        assertEquals(ShmException.Cause.NOT_FOUND, refused.reason());
    }
}
