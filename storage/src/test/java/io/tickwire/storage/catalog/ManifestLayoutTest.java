package io.tickwire.storage.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.Fixtures;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import io.tickwire.storage.recovery.Corruption;
import io.tickwire.storage.segment.LogManifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Manifests of other versions, and how one that had to be made again is reported. */
class ManifestLayoutTest {
    @TempDir
    Path directory;

    private Path manifest;

    @BeforeEach
    void closedLogOfTwoRecords() throws IOException {
        try (LogCatalog catalog = LogCatalog.open(directory, CatalogOptions.defaults())) {
            final PartitionLog log = catalog.create(new TopicKey("ticks", 1, 2, 0), LogSettings.defaults());
            for (int i = 0; i < 2; i++) {
                assertEquals(KafkaErrors.NONE, Fixtures.append(log, Fixtures.batch("v" + i), new AppendResult()));
            }
            manifest = log.files().directory().resolve(LogManifest.FILE_NAME);
        }
    }

    private void rewrite(final UnaryOperator<String> change) throws IOException {
        final String text = Files.readString(manifest);
        final String changed = change.apply(text.substring(0, text.lastIndexOf("crc ")));
        final CRC32C crc = new CRC32C();
        crc.update(changed.getBytes(StandardCharsets.UTF_8));
        Files.writeString(manifest, changed + "crc " + Long.toHexString(crc.getValue()) + '\n');
    }

    private RecoveryReport reopen() throws IOException {
        try (LogCatalog catalog = LogCatalog.open(directory, CatalogOptions.defaults())) {
            assertEquals(List.of("v0", "v1"), Fixtures.values(catalog.get("ticks", 0), 0));
            return catalog.recovery();
        }
    }

    @Test
    void firstLayoutIsReadAsItIs() throws IOException {
        rewrite(text -> text.replaceAll("(?m)^(segment .*) (true|false)$", "$1"));
        final RecoveryReport report = reopen();
        assertEquals(List.of(), report.corruptions());
        assertEquals(0, report.uncleanLogs());
        assertEquals(0, report.scannedBytes());
    }

    @Test
    void newerLayoutIsRefusedAndNothingIsTouched() throws IOException {
        rewrite(text -> text.replaceFirst("tickwire-log 1", "tickwire-log 2"));
        final byte[] before = Files.readAllBytes(manifest);
        final DataDirectoryException refused =
                assertThrows(DataDirectoryException.class, () -> LogCatalog.open(directory, CatalogOptions.defaults()));
        assertTrue(refused.getMessage().contains("'tickwire-log 2'"), refused.getMessage());
        assertTrue(refused.getMessage().contains(manifest.toString()), refused.getMessage());
        assertEquals(new String(before, StandardCharsets.UTF_8), Files.readString(manifest));
        rewrite(text -> text.replaceFirst("tickwire-log 2", "tickwire-log 1"));
        assertEquals(0, reopen().uncleanLogs(), "the directory was given back");
    }

    @Test
    void missingManifestIsReportedAsMadeAgain() throws IOException {
        Files.delete(manifest);
        final RecoveryReport report = reopen();
        assertEquals(
                List.of(new Corruption(manifest, 0, 0, "the manifest is missing", Corruption.Outcome.MADE_AGAIN)),
                report.corruptions());
        assertTrue(report.scannedBytes() > 0, "the journals were read");
    }
}
