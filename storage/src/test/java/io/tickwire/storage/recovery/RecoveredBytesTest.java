package io.tickwire.storage.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.Fixtures;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.LogSyncer;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import io.tickwire.storage.segment.LogManifest;
import io.tickwire.storage.segment.Segment;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much recovery reads after an unclean stop: what was written since the last checkpoint, however large the files are. */
class RecoveredBytesTest {
    private static final int HEAD_BYTES = 512 * 1024;
    private static final int SMALL_SEGMENT_BYTES = 32 * 1024;
    private static final int SEGMENTS = 5;
    private static final int SMALL_LOGS = 40;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path root;

    private final AppendResult result = new AppendResult();
    private LogCatalog catalog;

    @BeforeEach
    void open() throws IOException {
        catalog = LogCatalog.open(root.resolve("data"), CatalogOptions.defaults());
    }

    @AfterEach
    void close() throws IOException {
        catalog.close();
    }

    private PartitionLog create(final int partition, final LogSettings settings) throws IOException {
        return catalog.create(new TopicKey("ticks", 1, 2, partition), settings);
    }

    private void append(final PartitionLog log) {
        assertEquals(KafkaErrors.NONE, Fixtures.append(log, Fixtures.batch("value-" + log.logEndOffset()), result));
    }

    private PartitionLog ofSegments() throws IOException {
        final PartitionLog log = create(0, LogSettings.defaults().withSegmentBytes(SMALL_SEGMENT_BYTES));
        while (log.files().segments().snapshot().length < SEGMENTS) {
            append(log);
        }
        return log;
    }

    /** Bytes that the entries of a segment reach to, with the header behind them. */
    private static long written(final Segment segment) {
        return segment.endPosition() + JournalFormat.HEADER_BYTES;
    }

    /** Bytes read by opening what a kill now would leave. */
    private long recoveredBytes() throws IOException {
        final Path copy = root.resolve("copy");
        try (Stream<Path> files = Files.walk(root.resolve("data"))) {
            for (final Path file : (Iterable<Path>) files::iterator) {
                final Path target =
                        copy.resolve(root.resolve("data").relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    copyHead(file, target);
                }
            }
        }
        try (LogCatalog recovered = LogCatalog.open(copy, CatalogOptions.defaults())) {
            for (final PartitionLog log : catalog.logs()) {
                final PartitionLog same = recovered.get("ticks", log.key().partition());
                assertNotNull(same);
                assertEquals(Fixtures.values(log, 0), Fixtures.values(same, 0));
            }
            return recovered.recovery().scannedBytes();
        }
    }

    /** The files of these tests hold nothing behind their first half megabyte. */
    private static void copyHead(final Path from, final Path to) throws IOException {
        try (InputStream in = Files.newInputStream(from);
                RandomAccessFile out = new RandomAccessFile(to.toFile(), "rw")) {
            out.write(in.readNBytes(HEAD_BYTES));
            out.setLength(Files.size(from));
        }
    }

    @Test
    void smallLogsInLargeFilesAreReadAsFarAsTheyAreWritten() throws IOException {
        long written = 0;
        for (int i = 0; i < SMALL_LOGS; i++) {
            final PartitionLog log = create(i, LogSettings.defaults());
            append(log);
            append(log);
            final Segment segment = log.files().segments().last();
            assertTrue(Files.size(segment.dataFile()) > LogSettings.defaults().segmentBytes(), "files are large");
            written += written(segment);
        }
        assertEquals(written, recoveredBytes());
    }

    @Test
    void tornTailIsSearchedAsFarAsTheSearchGoes() throws IOException {
        final PartitionLog log = create(0, LogSettings.defaults());
        append(log);
        final Segment segment = log.files().segments().last();
        try (RandomAccessFile file = new RandomAccessFile(segment.dataFile().toFile(), "rw")) {
            file.seek(segment.endPosition());
            file.writeInt(Integer.reverseBytes(JournalFormat.INCOMPLETE | 100));
        }
        assertEquals(written(segment) + SegmentScan.LONGEST_HOLE_BYTES, recoveredBytes());
    }

    @Test
    void segmentsThatEndedAreReadUntilTheNextCheckpoint() throws IOException {
        final PartitionLog log = ofSegments();
        long written = 0;
        for (final Segment segment : log.files().segments().snapshot()) {
            written += written(segment);
        }
        assertEquals(written, recoveredBytes());
    }

    @Test
    void segmentsBeforeTheCheckpointAreNotReadAgain() throws IOException {
        final PartitionLog log = ofSegments();
        assertEquals(0, log.enforceRetention(0));
        append(log);
        assertEquals(written(log.files().segments().last()), recoveredBytes());
    }

    @Test
    void rollMakesACheckpointWhereASyncerRuns() throws IOException, InterruptedException {
        final LogSyncer syncer = new LogSyncer(log -> {});
        catalog.syncer(syncer);
        final Thread thread = new Thread(syncer, "syncer");
        thread.start();
        try {
            final PartitionLog log = ofSegments();
            final long ended = log.files().segments().last().baseOffset();
            final Instant deadline = Instant.now().plus(PATIENCE);
            // The first rolls may come before the thread runs: each later one asks again.
            while (LogManifest.read(log.files().directory()).recoveryPoint() < ended) {
                assertTrue(Instant.now().isBefore(deadline), "no checkpoint");
                append(log);
            }
        } finally {
            syncer.close();
            thread.join();
        }
    }

    @Test
    void checkpointOfADeletedLogWritesNothing() throws IOException {
        final PartitionLog log = ofSegments();
        catalog.delete(log);
        final PartitionLog next = create(0, LogSettings.defaults());
        append(next);
        assertEquals(0, log.enforceRetention(0));
        assertEquals(1, LogManifest.read(next.files().directory()).segments().size());
    }
}
