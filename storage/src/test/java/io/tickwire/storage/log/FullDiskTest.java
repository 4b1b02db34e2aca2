package io.tickwire.storage.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Appends where the file system fills up. */
class FullDiskTest {
    private static final int SIZE_BYTES = 12 << 20;
    private static final int ROOM_BYTES = 8 << 20;

    @TempDir
    Path directory;

    @Test
    void fullDiskRefusesAppendsKeepsWhatWasAcknowledgedAndGoesOn() throws IOException {
        try (SmallDisk disk = new SmallDisk(directory, SIZE_BYTES)) {
            disk.fillUpTo(ROOM_BYTES);
            fillAndGoOn(disk);
        }
    }

    private void fillAndGoOn(final SmallDisk disk) throws IOException {
        final AppendResult result = new AppendResult();
        final List<String> acknowledged = new ArrayList<>();
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
            disk.makeRoom();
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
}
