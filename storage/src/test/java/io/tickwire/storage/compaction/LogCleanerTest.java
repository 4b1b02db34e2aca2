package io.tickwire.storage.compaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.log.Isolation;
import io.tickwire.storage.log.LogSlices;
import io.tickwire.storage.log.ReadOnlyLog;
import io.tickwire.storage.log.RewriteSession;
import io.tickwire.storage.log.TimestampResult;
import io.tickwire.storage.log.TopicKey;
import io.tickwire.storage.recovery.OfflineLog;
import io.tickwire.storage.segment.Segment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.storage.internals.utils.Throttler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which log is compacted when, and what happens around a pass: readers, retention, deletion, errors, restarts. */
class LogCleanerTest {
    @TempDir
    Path directory;

    private final TimestampResult found = new TimestampResult();
    private CompactedLog log;

    private CompactedLog log(String... config) throws IOException {
        Map<String, String> more = new HashMap<>();
        for (int i = 0; i < config.length; i += 2) {
            more.put(config[i], config[i + 1]);
        }
        log = new CompactedLog(directory, Compression.NONE, more);
        return log;
    }

    @AfterEach
    void close() throws IOException {
        if (log != null) {
            log.close();
        }
    }

    private String text(String name) throws IOException {
        return Files.readString(log.log.files().directory().resolve(name)).strip();
    }

    private List<String> generations() throws IOException {
        try (Stream<Path> children = Files.list(log.log.files().directory())) {
            return children.filter(Files::isDirectory)
                    .map(child -> child.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void dirtyRatioBelowTheConfiguredOneWaits() throws IOException {
        log("min.cleanable.dirty.ratio", "0.5").run("a1 b1 c1 d1 |");
        assertEquals(1, log.clean(), "nothing was clean yet");
        log.run("a2 b2 c2 | a3");
        assertEquals(0, log.clean());
        log.run("b3 |");
        assertEquals(1, log.clean());
        assertEquals("3:d1 6:c2 7:a3 8:b3", log.show());
    }

    @Test
    void youngSegmentsWait() throws IOException {
        log("min.compaction.lag.ms", "100").run("a1 | +50 a2 | a3 |");
        assertEquals(0, log.clean());
        log.time.advance(60);
        assertEquals(1, log.clean());
        assertEquals("0:a1 1:a2 2:a3", log.show(), "only the first segment is old enough");
        log.time.advance(100);
        assertEquals(1, log.clean());
        assertEquals("2:a3", log.show());
    }

    @Test
    void oldRecordsAreCompactedWhateverTheRatio() throws IOException {
        log("min.cleanable.dirty.ratio", "1.0", "max.compaction.lag.ms", "1000").run("a1 a2 | b1");
        assertEquals(0, log.clean());
        log.time.advance(1001);
        assertEquals(1, log.clean());
        assertEquals("1:a2 2:b1", log.show());
    }

    @Test
    void maxCompactionLagRollsTheSegment() throws IOException {
        log("max.compaction.lag.ms", "1000").run("a1 a2 +1100");
        assertEquals(0, log.clean());
        log.log.enforceRetention(log.time.milliseconds());
        assertEquals(1, log.clean());
        assertEquals("1:a2", log.show());
    }

    @Test
    void theDirtiestLogComesFirst() throws IOException {
        log().run("a1 a2 | CLEAN a3 |");
        var other = log.catalog.create(new TopicKey("other", 3, 4, 0), log.log.settings());
        var first = log.log;
        log.log = other;
        log.run("a1 a2 |");
        assertTrue(log.cleaner.cleanDirtiest());
        assertEquals("1:a2", log.show(), "all of it was dirty");
        log.log = first;
        assertEquals("1:a2 2:a3", log.show());
        assertTrue(log.cleaner.cleanDirtiest());
        assertEquals("2:a3", log.show());
        assertFalse(log.cleaner.cleanDirtiest());
    }

    @Test
    void topicThatIsNotCompactedIsLeftAloneUntilItIs() throws IOException {
        log("cleanup.policy", "delete").run("a1 a2 |");
        assertEquals(0, log.clean());
        log.configure("cleanup.policy", "compact");
        assertEquals(1, log.clean());
        assertEquals("1:a2", log.show());
        log.configure("cleanup.policy", "delete");
        log.run("a3 |");
        assertEquals(0, log.clean());
        assertEquals("1:a2 2:a3", log.show());
    }

    @Test
    void switchingThePolicyOffEndsThePass() throws IOException {
        log().run("a1 a2 | b1 b2 |");
        try (RewriteSession session = log.log.rewrites().begin()) {
            int[] asked = new int[1];
            CompactionPass pass = pass(session, () -> asked[0]++ > 5);
            assertEquals(-1, pass.run(log.time.milliseconds()));
        }
        assertEquals("0:a1 1:a2 2:b1 3:b2", log.show());
        assertEquals(List.of("g0"), generations());
        assertFalse(Files.exists(log.log.files().directory().resolve(RewriteSession.MARKER)));
    }

    private CompactionPass pass(RewriteSession session, BooleanSupplier stopped) {
        var counters = new CleanerCounters();
        var throttler = new Throttler(Double.MAX_VALUE, 300, "cleaner-io", "bytes", log.time);
        return new CompactionPass(
                CompactedLog.cleanerConfig(CompactedLog.MEGABYTE),
                counters,
                new CleanerProgress(counters, () -> throttler),
                DirtyLog.of(log.log, -1, log.time.milliseconds()),
                session,
                stopped);
    }

    @Test
    void smallMapMeansSeveralPasses() throws IOException {
        log = new CompactedLog(directory, Compression.NONE, Map.of(), 24 * 5);
        log.run("a1 b1 c1 d1 | e1 f1 g1 h1 | a2 b2 c2 d2 |");
        assertEquals(3, log.clean());
        assertEquals("4:e1 5:f1 6:g1 7:h1 8:a2 9:b2 10:c2 11:d2", log.show());
        assertEquals("12", text("cleaned"));
    }

    @Test
    void batchWithMoreKeysThanTheMapHoldsTakesSeveralPasses() throws IOException {
        log = new CompactedLog(directory, Compression.NONE, Map.of(), 24 * 5);
        log.run("[a1,b1,c1,d1,e1,f1] | a2 f2 |");
        assertEquals(2, log.clean());
        assertEquals("1:b1 2:c1 3:d1 4:e1 6:a2 7:f2", log.show());
    }

    @Test
    void corruptBatchMakesTheLogUncleanable() throws IOException {
        log().run("a1 a2 | b1 |");
        Segment first = log.log.files().segments().snapshot()[0];
        try (FileChannel channel = FileChannel.open(first.dataFile(), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {77}), first.endPosition() - 8);
        }
        assertEquals(0, log.clean());
        String reason = log.cleaner.uncleanable().get(log.log);
        assertTrue(reason.contains(first.dataFile().toString()) && reason.contains("checksum"), reason);
        log.run("c1 | c2 |");
        assertEquals(0, log.clean(), "not tried again");
        assertEquals(1, log.cleaner.counters().failures().sum());
    }

    @Test
    void readInProgressKeepsWhatItFound() throws IOException {
        log().run("a1 a2 a3 |");
        LogSlices slices = new LogSlices(10);
        assertEquals(KafkaErrors.NONE, log.log.read(0, 1000, true, Isolation.LOG_END, slices));
        assertEquals(3, slices.count());
        log.clean();
        assertEquals("2:a3", log.show());
        assertEquals(0, new UnsafeBuffer(slices.address(0), slices.length(0)).getLong(0));
        assertEquals(0, slices.address(0) % 4);
        slices.release();
        assertEquals(KafkaErrors.NONE, log.log.read(0, 1000, true, Isolation.LOG_END, slices));
        assertEquals(1, slices.count());
        assertEquals(3, slices.nextOffset());
        slices.release();
    }

    @Test
    void offsetsThatAreGoneReadTheNext() throws IOException {
        log().run("a1 b1 a2 b2 c1 | d1 CLEAN");
        LogSlices slices = new LogSlices(10);
        for (long offset = 0; offset <= 5; offset++) {
            assertEquals(KafkaErrors.NONE, log.log.read(offset, 1, true, Isolation.LOG_END, slices));
            long first = new UnsafeBuffer(slices.address(0), 8).getLong(0, ByteOrder.BIG_ENDIAN);
            assertEquals(Math.max(2, offset), first);
            slices.release();
        }
    }

    @Test
    void timestampsAreFoundAmongWhatIsLeft() throws IOException {
        log().run("a1 b1 a2 b2 c1 | d1");
        log.clean();
        long start = CompactedLog.START_MS;
        assertEquals(KafkaErrors.NONE, log.log.offsetForTimestamp(start + 1, found));
        assertEquals(2, found.offset());
        assertEquals(start + 3, found.timestamp());
        assertEquals(KafkaErrors.NONE, log.log.offsetForTimestamp(start + 5, found));
        assertEquals(4, found.offset());
        assertEquals(KafkaErrors.NONE, log.log.offsetForTimestamp(-3, found));
        assertEquals(5, found.offset());
    }

    @Test
    void emptyBatchHasNoTimestamp() throws IOException {
        log().run("a1 7:b1 |").run("c1 b2 | CLEAN");
        assertEquals("0:a1 1..1:empty 2:c1 3:b2", log.show());
        assertEquals(KafkaErrors.NONE, log.log.offsetForTimestamp(CompactedLog.START_MS + 2, found));
        assertEquals(2, found.offset());
        assertEquals(CompactedLog.START_MS + 3, found.timestamp());
    }

    @Test
    void readerOfAnotherProcessFollowsAcrossSwaps() throws IOException {
        log().run("a1 b1 | c1 d1 | e1 f1 |");
        try (ReadOnlyLog reader = ReadOnlyLog.open(directory, "prices", 0)) {
            LogSlices slices = new LogSlices(1);
            assertEquals(KafkaErrors.NONE, reader.read(0, 1, slices));
            assertEquals(1, slices.nextOffset());
            log.run("a2 | b2 CLEAN");
            assertEquals("1:b1 2:c1 3:d1 4:e1 5:f1 6:a2 7:b2", log.show());
            for (long next = 1; next < 8; ) {
                assertEquals(KafkaErrors.NONE, reader.read(next, 1, slices));
                assertEquals(next + 1, slices.nextOffset());
                next = slices.nextOffset();
            }
            assertEquals(8, reader.logEndOffset());
            assertEquals(KafkaErrors.NONE, reader.read(0, 1, slices));
            assertEquals(2, slices.nextOffset());
        }
        assertEquals(List.of(), OfflineLog.open(log.log.files().directory()).verify());
    }

    @Test
    void compactAndDeleteDoesBoth() throws IOException {
        log("cleanup.policy", "compact,delete", "retention.ms", "5000").run("a1 b1 a2 | CLEAN");
        assertEquals("1:b1 2:a2", log.show());
        log.run("+4000 c1 | +2000");
        assertEquals(1, log.log.enforceRetention(log.time.milliseconds()));
        assertEquals("3:c1", log.show());
        assertEquals(3, log.log.logStartOffset());
        log.run("c2 | CLEAN");
        assertEquals("4:c2", log.show());
        assertEquals(KafkaErrors.NONE, log.log.deleteRecordsBefore(-1, found));
        assertEquals("", log.show());
        log.run("d1 d2 | CLEAN");
        assertEquals("6:d2", log.show());
        log.reopen();
        assertEquals("6:d2", log.show());
    }

    @Test
    void retentionDuringAPassEndsThePass() throws IOException {
        log("cleanup.policy", "compact,delete").run("a1 a2 | b1 b2 | c1");
        try (RewriteSession session = log.log.rewrites().begin()) {
            int[] asked = new int[1];
            CompactionPass pass = pass(session, () -> {
                if (asked[0]++ == 6) { // While the segments are written again.
                    log.log.deleteRecordsBefore(4, found);
                }
                return false;
            });
            assertEquals(-1, pass.run(log.time.milliseconds()));
        }
        assertEquals("4:c1", log.show());
        assertEquals(List.of("g0"), generations());
    }

    @Test
    void retentionThatLeavesNothingToRewriteEndsThePass() throws IOException {
        log("cleanup.policy", "compact,delete").run("a1 a2 | b1 b2 | c1");
        try (RewriteSession session = log.log.rewrites().begin()) {
            int[] asked = new int[1];
            CompactionPass pass = pass(session, () -> {
                if (asked[0]++ == 5) { // When all keys have been found.
                    log.log.deleteRecordsBefore(4, found);
                }
                return false;
            });
            assertEquals(-1, pass.run(log.time.milliseconds()));
        }
        assertEquals("4:c1", log.show());
    }

    @Test
    void retentionBeforeThePassBeginsEndsIt() throws IOException {
        log("cleanup.policy", "compact,delete").run("a1 a2 | b1");
        try (RewriteSession session = log.log.rewrites().begin()) {
            CompactionPass pass = pass(session, () -> false);
            log.log.deleteRecordsBefore(2, found);
            assertEquals(-1, pass.run(log.time.milliseconds()));
        }
        assertEquals("2:b1", log.show());
    }

    @Test
    void replacedFilesThatCannotBeDeletedGoAtTheNextStart() throws IOException {
        log().run("a1 a2 | b1 b2 | c1");
        Segment[] replaced = log.log.files().segments().snapshot();
        Path inTheWay = replaced[0].indexFile().resolve("file");
        failAtTheSwap(() -> {
            Files.delete(inTheWay.getParent());
            Files.createDirectory(inTheWay.getParent());
            Files.createFile(inTheWay);
        });
        assertEquals("1:a2 3:b2 4:c1", log.show());
        assertTrue(Files.exists(replaced[1].dataFile()));
        Files.delete(inTheWay);
        Files.delete(inTheWay.getParent());
        log.run("c2 | CLEAN"); // A pass without errors does not make it forgotten.
        log.reopen();
        assertFalse(Files.exists(replaced[1].dataFile()));
        assertFalse(Files.exists(log.log.files().directory().resolve(RewriteSession.MARKER)));
        assertEquals("1:a2 3:b2 5:c2", log.show());
    }

    private interface Sabotage {
        void run() throws IOException;
    }

    /** A pass over "a1 a2 | b1 b2 |" that goes well until its segment is complete. */
    private void failAtTheSwap(Sabotage sabotage) throws IOException {
        try (RewriteSession session = log.log.rewrites().begin()) {
            int[] asked = new int[1];
            CompactionPass pass = pass(session, () -> {
                if (asked[0]++ == 9) {
                    try {
                        sabotage.run();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
                return false;
            });
            assertThrows(IOException.class, () -> pass.run(log.time.milliseconds()));
        }
    }

    @Test
    void logThatCannotBeReadDoesNotHoldUpTheOthers() throws IOException {
        log().run("a1 a2 |");
        var sound = log.log;
        log.log = log.catalog.create(new TopicKey("broken", 3, 4, 0), sound.settings());
        log.run("a1 a2 a3 a4 | b1");
        Path file = log.log.files().segments().snapshot()[0].dataFile();
        Path elsewhere = directory.resolve("elsewhere");
        log.log.releaseIfIdle(Long.MAX_VALUE);
        Files.move(file, elsewhere);
        for (int i = 0; i < 3; i++) {
            log.cleaner.cleanDirtiest();
        }
        Files.move(elsewhere, file);
        assertEquals(1, log.cleaner.counters().passes().sum());
        assertEquals(Map.of(), log.cleaner.uncleanable());
        log.clean();
        log.clean();
        assertEquals("3:a4 4:b1", log.show());
    }

    @Test
    void deletingTheLogEndsThePass() throws Exception {
        log().run("a1 a2 | b1 b2 | c1");
        RewriteSession session = log.log.rewrites().begin();
        assertNull(log.log.rewrites().begin(), "one at a time");
        Thread deleting = new Thread(() -> {
            try {
                log.catalog.delete(log.log);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try (session) {
            deleting.start();
            while (!session.isCancelled()) {
                Thread.onSpinWait();
            }
            assertEquals(-1, pass(session, session::isCancelled).run(log.time.milliseconds()));
            assertTrue(Files.exists(log.log.files().directory()), "the deletion waits");
        }
        deleting.join();
        assertFalse(Files.exists(log.log.files().directory()));
        assertNull(log.log.rewrites().begin());
        assertEquals(0, log.clean());
    }

    @Test
    void unfinishedRewriteIsRemovedAtTheNextStart() throws IOException {
        log().run("a1 a2 | b1 b2 | c1");
        log.reopen();
        Path killed = directory.resolveSibling(directory.getFileName() + "-killed");
        try (RewriteSession session = log.log.rewrites().begin()) { // The log itself is closed: only the marker tells.
            int generation = session.newGeneration();
            Files.write(session.directory(generation).resolve("19700101-00F.cq4"), new byte[5000]);
            copyTree(directory, killed);
        }
        assertEquals(List.of("g0"), generations());
        log.close();
        log = new CompactedLog(killed, Compression.NONE);
        assertEquals(0, log.catalog.recovery().uncleanLogs());
        assertEquals(List.of("g0"), generations());
        log.run("CLEAN");
        assertEquals("1:a2 3:b2 4:c1", log.show());
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    @Test
    void manifestThatCannotBeWrittenLeavesEverythingAsItWas() throws IOException {
        log().run("a1 a2 | b1 b2 | c1");
        Path inTheWay = log.log.files().directory().resolve("manifest.new");
        try (RewriteSession session = log.log.rewrites().begin()) {
            int[] asked = new int[1];
            CompactionPass pass = pass(session, () -> {
                if (asked[0]++ == 8) { // The new segment is begun.
                    inTheWay.toFile().mkdir();
                }
                return false;
            });
            assertThrows(IOException.class, () -> pass.run(log.time.milliseconds()));
        }
        assertEquals("0:a1 1:a2 2:b1 3:b2 4:c1", log.show());
        Files.delete(inTheWay);
        assertEquals(1, log.clean());
        assertEquals("1:a2 3:b2 4:c1", log.show());
        log.reopen();
        assertEquals("1:a2 3:b2 4:c1", log.show());
    }

    @Test
    void emptiedGenerationsAreRemoved() throws IOException {
        log().run("a1 | CLEAN a2 | CLEAN a3 | CLEAN");
        assertEquals("2:a3", log.show());
        assertEquals(2, generations().size(), () -> "the live one and the compacted one");
        log.reopen();
        log.run("a4 | CLEAN");
        assertEquals("3:a4", log.show());
        assertEquals(2, generations().size());
    }

    @Test
    void abortedTransactionIsForgottenBeforeItsMarkerIs() throws IOException {
        log().run("a0 7t:a1 7A 7t:q1 7C b0 |");
        assertEquals(1, log.log.rewrites().abortedTransactions().size());
        log.clean();
        assertEquals(1, log.log.rewrites().abortedTransactions().size(), "its records were still there");
        log.run("c1 | CLEAN");
        assertEquals(0, log.log.rewrites().abortedTransactions().size());
        assertTrue(log.show().contains("2:7A"), log.show());
        log.reopen();
        assertEquals(0, log.log.rewrites().abortedTransactions().size());
        assertEquals(6, log.log.lastStableOffset() - 1);
    }

    /** A crash may come between any two swaps: the next pass could take the marker away while the transaction is still named. */
    @Test
    void abortedTransactionIsForgottenBeforeTheSegmentOfItsMarkerIsSwapped() throws IOException {
        log = new CompactedLog(directory, Compression.NONE, Map.of("internal.segment.bytes", "300"));
        log.run("7t:a1 7A 7t:q1 7C | b0 b1 b2 | CLEAN c0 c1 c2 | d0");
        assertEquals(1, log.log.rewrites().abortedTransactions().size(), "its records were still there");
        Segment first = log.log.files().segments().snapshot()[0];
        Set<Integer> named = new HashSet<>();
        log.time.onRead(() -> {
            if (log.log.files().segments().snapshot()[0] != first) {
                named.add(log.log.rewrites().abortedTransactions().size());
            }
        });
        log.clean();
        assertEquals(Set.of(0), named);
        assertTrue(log.show().contains("7A"), log.show());
        log.time.onRead(() -> {});
    }

    @Test
    void producersAreRestoredFromACompactedLog() throws IOException {
        log().run("7:a1 7:b1 8t:c1 8C a2 b2 c2 | d1 CLEAN");
        log.catalog.close();
        Files.delete(log.log.files().directory().resolve("producers"));
        log.reopen();
        assertEquals(2, log.log.producers().size());
        assertEquals(8, log.log.lastStableOffset());
        log.run("7:e1 8t:f1 8C"); // The next sequence numbers are accepted.
    }

    @Test
    void countersTellWhatWasDone() throws IOException {
        log().run("a1 a2 a3 | b1");
        long before = log.log.sizeInBytes();
        log.clean();
        CleanerCounters counters = log.cleaner.counters();
        assertEquals(1, counters.passes().sum());
        assertEquals(2, counters.removedRecords().sum());
        assertEquals(before - log.log.sizeInBytes(), counters.removedBytes().sum());
        assertEquals(log.time.milliseconds(), counters.lastRunMs());
        assertEquals(0, counters.dirtiestRatio(), "the round that found nothing more to do");
    }
}
