package io.tickwire.storage.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.Fixtures;
import io.tickwire.storage.log.Isolation;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.LogSlices;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Damage anywhere in the files of a log, as {@link DamagedFiles} reads it from the input: opening never fails, what is served is what
 * was appended, bit for bit and under its own offset, and the log can be appended to again. Without {@code JAZZER_FUZZ=1} the committed
 * inputs run as plain tests, and one random round with a printed seed.
 */
class RecoveryFuzzTest {
    private static final String TOPIC = "fuzzed";
    private static final int BATCHES = 60;
    private static final int MOST_PLACES = 4;
    private static final int RANDOM_ROUNDS = Integer.getInteger("storage.fuzz.rounds", 100);
    private static final LogSettings SETTINGS =
            LogSettings.fromKafka(Map.of("internal.segment.bytes", "8192", "index.interval.bytes", "512"));
    private static final CatalogOptions OPTIONS = new CatalogOptions(key -> SETTINGS, 1, Long.MAX_VALUE);

    /** Batches by base offset, as a read has to return them. */
    private static final Map<Long, byte[]> EXPECTED = new HashMap<>();

    private static Path scratch;
    private static Path killed;
    private static Path closed;
    private static long endOffset;

    @BeforeAll
    static void writeLogs() throws IOException {
        scratch = Files.createTempDirectory("tickwire-fuzz");
        killed = scratch.resolve("killed");
        closed = scratch.resolve("closed");
        try (LogCatalog catalog = LogCatalog.open(closed, OPTIONS)) {
            final PartitionLog log = catalog.create(new TopicKey(TOPIC, 1, 2, 0), SETTINGS);
            final AppendResult result = new AppendResult();
            for (int i = 0; i < BATCHES; i++) {
                final byte[][] values = new byte[1 + i % 3][];
                for (int v = 0; v < values.length; v++) {
                    values[v] = ("value " + i + '.' + v + "-".repeat(i * 7 % 300)).getBytes(StandardCharsets.UTF_8);
                }
                assertEquals(KafkaErrors.NONE, Fixtures.append(log, Fixtures.batch(1000L + i, values), result));
            }
            endOffset = log.logEndOffset();
            remember(log);
            DamagedFiles.copy(closed, killed); // As a process leaves it that is killed now.
        }
    }

    private static void remember(final PartitionLog log) {
        final LogSlices slices = new LogSlices(64);
        for (long offset = 0; offset < endOffset; offset = slices.nextOffset()) {
            slices.release();
            assertEquals(KafkaErrors.NONE, log.read(offset, 1, true, Isolation.UNCOMMITTED, slices));
            final UnsafeBuffer batch = Fixtures.batches(slices).getFirst();
            EXPECTED.put(new RecordBatchFlyweight().wrap(batch, 0).baseOffset(), batch.byteArray());
        }
        slices.release();
        assertEquals(BATCHES, EXPECTED.size());
    }

    @AfterAll
    static void removeLogs() {
        IoUtil.delete(scratch.toFile(), true);
    }

    @FuzzTest(maxDuration = "1m")
    void damageAfterAKill(final byte[] script) throws IOException {
        checkDamage(killed, script);
    }

    @FuzzTest(maxDuration = "1m")
    void damageAfterACleanStop(final byte[] script) throws IOException {
        checkDamage(closed, script);
    }

    @Test
    void randomDamage() throws IOException {
        final long seed = Long.getLong("storage.fuzz.seed", System.nanoTime());
        System.out.println("storage fuzz: " + RANDOM_ROUNDS + " rounds, seed " + seed
                + " (-Dstorage.fuzz.seed, -Dstorage.fuzz.rounds)");
        final SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < RANDOM_ROUNDS; i++) {
            final byte[] script = new byte[6 * (1 + random.nextInt(MOST_PLACES))];
            random.nextBytes(script);
            final boolean cleanly = !random.nextBoolean();
            try {
                checkDamage(cleanly ? closed : killed, script);
            } catch (final RuntimeException | AssertionError e) {
                throw new AssertionError(
                        (cleanly ? "closed" : "killed") + " log, damage "
                                + HexFormat.of().formatHex(script),
                        e);
            }
        }
    }

    /** What the issue is about: no bit of a journal may flip unnoticed, wherever it is. */
    @Test
    void everyBitOfABatchIsGuarded() throws IOException {
        final DamagedFiles files = new DamagedFiles(killed.resolve("logs"));
        final int journal = journals(files).getFirst();
        final int length =
                (int) Files.size(killed.resolve("logs").resolve(files.files().get(journal)));
        final int first =
                firstBatch(killed.resolve("logs").resolve(files.files().get(journal)));
        // The header of an entry, the header of its batch, and the first bytes of its records.
        for (int place = first; place < Math.min(length, first + 80); place++) {
            checkDamage(closed, DamagedFiles.flipped(journal, place, 1 << (place & 7)));
            checkDamage(killed, DamagedFiles.flipped(journal, place, 1 << (place & 7)));
        }
    }

    @Test
    void cutAnywhereKeepsWhatIsBeforeTheCut() throws IOException {
        final DamagedFiles files = new DamagedFiles(killed.resolve("logs"));
        final int journal = journals(files).getLast();
        final int first =
                firstBatch(killed.resolve("logs").resolve(files.files().get(journal)));
        for (int place = first; place < first + 600; place += 37) {
            checkDamage(killed, DamagedFiles.cut(journal, place));
        }
    }

    private static List<Integer> journals(final DamagedFiles files) {
        final List<Integer> found = new ArrayList<>();
        for (int i = 0; i < files.files().size(); i++) {
            if (files.files().get(i).toString().endsWith(".cq4")) {
                found.add(i);
            }
        }
        return found;
    }

    @Test
    void damagedManifestIsMadeAgainAndNothingIsLost() throws IOException {
        final DamagedFiles files = new DamagedFiles(closed.resolve("logs"));
        final int manifest = files.files().indexOf(Path.of(TOPIC + "-0", "manifest"));
        for (int place = 0; place < 600; place += 41) {
            final Path directory = scratch.resolve("run");
            DamagedFiles.copy(closed, directory);
            new DamagedFiles(directory.resolve("logs")).damage(DamagedFiles.flipped(manifest, place, 4), 1);
            try (LogCatalog catalog = LogCatalog.open(directory, OPTIONS)) {
                assertEquals(1, catalog.recovery().corruptions().size());
                final PartitionLog log = catalog.get(TOPIC, 0);
                assertEquals(0, log.logStartOffset());
                assertEquals(endOffset, log.logEndOffset());
                final LogSlices slices = new LogSlices(1);
                for (final long offset : EXPECTED.keySet()) {
                    assertEquals(KafkaErrors.NONE, log.read(offset, 1, true, Isolation.UNCOMMITTED, slices));
                    assertArrayEquals(
                            EXPECTED.get(offset),
                            Fixtures.batches(slices).getFirst().byteArray());
                    slices.release();
                }
            } finally {
                IoUtil.delete(directory.toFile(), false);
            }
        }
    }

    /** Position of the first entry that is a batch. */
    private static int firstBatch(final Path file) throws IOException {
        final UnsafeBuffer bytes = new UnsafeBuffer(Files.readAllBytes(file));
        int position = 0;
        int header = bytes.getInt(0);
        while ((header & 0x4000_0000) != 0) {
            position = (position + 4 + (header & 0x3fff_ffff) + 3) & ~3;
            header = bytes.getInt(position);
        }
        return position;
    }

    private static void checkDamage(final Path template, final byte[] script) throws IOException {
        final Path directory = scratch.resolve("run");
        DamagedFiles.copy(template, directory);
        try {
            new DamagedFiles(directory.resolve("logs")).damage(script, MOST_PLACES);
            if (openReadAppend(directory)) {
                openReadAppend(directory);
            }
        } finally {
            IoUtil.delete(directory.toFile(), false);
        }
    }

    /** False when the log had to be set aside. */
    private static boolean openReadAppend(final Path directory) throws IOException {
        try (LogCatalog catalog = LogCatalog.open(directory, OPTIONS)) {
            final PartitionLog log = catalog.get(TOPIC, 0);
            if (log == null) {
                // Both the manifest and what it can be made from again are damaged.
                assertEquals(1, catalog.recovery().damaged().size());
                return false;
            }
            final LogSlices slices = new LogSlices(64);
            for (final long offset : EXPECTED.keySet()) {
                checkRead(log, offset, slices);
            }
            checkRead(log, endOffset, slices);
            final AppendResult result = new AppendResult();
            final long before = log.logEndOffset();
            assertEquals(KafkaErrors.NONE, Fixtures.append(log, Fixtures.batch("afterwards"), result));
            assertTrue(result.baseOffset() >= before, "offsets go back");
            assertEquals(List.of("afterwards"), Fixtures.values(log, result.baseOffset()));
            return true;
        }
    }

    /** A read answers what was appended there, something later, nothing, or an error: never anything else. */
    private static void checkRead(final PartitionLog log, final long offset, final LogSlices slices) {
        slices.release();
        final short code = log.read(offset, 1, true, Isolation.UNCOMMITTED, slices);
        if (code == KafkaErrors.OFFSET_OUT_OF_RANGE || code == KafkaErrors.CORRUPT_MESSAGE) {
            return;
        }
        assertEquals(KafkaErrors.NONE, code);
        for (final UnsafeBuffer batch : Fixtures.batches(slices)) {
            final long base = new RecordBatchFlyweight().wrap(batch, 0).baseOffset();
            if (!isAfterwards(batch)) {
                assertArrayEquals(EXPECTED.get(base), batch.byteArray(), "batch " + base + " read at " + offset);
            }
        }
        slices.release();
    }

    private static boolean isAfterwards(final UnsafeBuffer batch) {
        final byte[] bytes = batch.byteArray();
        return new String(bytes, StandardCharsets.ISO_8859_1).contains("afterwards");
    }
}
