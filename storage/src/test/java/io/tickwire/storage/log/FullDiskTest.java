package io.tickwire.storage.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small file system that fills up. Needs root for the mount. */
class FullDiskTest {
    private static final int SIZE_BYTES = 12 << 20;

    @TempDir
    Path directory;

    @Test
    void fullDiskRefusesAppendsKeepsWhatWasAcknowledgedAndGoesOn() throws IOException, InterruptedException {
        final boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=" + SIZE_BYTES, "tmpfs", directory.toString());
        if (!mounted) {
            System.out.println("FullDiskTest needs root to mount a small file system: skipped");
            assertTrue(System.getenv("CI") == null, "CI must be able to mount");
            assumeTrue(false, "cannot mount");
        }
        try {
            fillAndGoOn();
        } finally {
            run("umount", directory.toString());
        }
    }

    private void fillAndGoOn() throws IOException {
        final AppendResult result = new AppendResult();
        final List<String> acknowledged = new ArrayList<>();
        final Path ballast = directory.resolve("ballast");
        Files.write(ballast, new byte[4 << 20]);
        try (LogCatalog catalog = LogCatalog.open(directory.resolve("data"), CatalogOptions.defaults())) {
            final PartitionLog log = catalog.create(
                    new TopicKey("full", 1, 1, 0), LogSettings.defaults().withSegmentBytes(1 << 20));
            final String padding = "x".repeat(5000);
            short code = KafkaErrors.NONE;
            while (code == KafkaErrors.NONE) {
                final String value = acknowledged.size() + padding;
                code = Fixtures.append(log, Fixtures.batch(value), result);
                if (code == KafkaErrors.NONE) {
                    acknowledged.add(value);
                }
            }
            assertEquals(KafkaErrors.KAFKA_STORAGE_ERROR, code);
            assertEquals(KafkaErrors.KAFKA_STORAGE_ERROR, Fixtures.append(log, Fixtures.batch("no"), result));
            assertTrue(acknowledged.size() > 500, "appended " + acknowledged.size());
            assertEquals(acknowledged, Fixtures.values(log, 0));
            Files.delete(ballast);
            for (int i = 0; i < 100; i++) {
                final String value = acknowledged.size() + padding;
                assertEquals(KafkaErrors.NONE, Fixtures.append(log, Fixtures.batch(value), result));
                acknowledged.add(value);
            }
            assertEquals(acknowledged, Fixtures.values(log, 0));
        }
        try (LogCatalog catalog = LogCatalog.open(directory.resolve("data"), CatalogOptions.defaults())) {
            assertEquals(acknowledged, Fixtures.values(catalog.get("full", 0), 0));
        }
    }

    private static boolean run(final String... command) throws IOException, InterruptedException {
        final Process process =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    }
}
