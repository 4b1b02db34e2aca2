package io.tickwire.storage.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.storage.segment.LogManifest;
import io.tickwire.storage.segment.SegmentInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** Lets the cleaner run, and the model do the same. */
final class ModelCompaction {
    private final LogUnderTest log;
    private final LogModel model;
    private final Random random;

    ModelCompaction(LogUnderTest log, LogModel model, Random random) {
        this.log = log;
        this.model = model;
        this.random = random;
    }

    /** Passes until nothing is dirty that may be compacted. */
    void run() throws IOException {
        long from = firstDirty();
        while (log.cleaner().cleanDirtiest()) {
            long to = cleaned();
            assertTrue(to > from && to <= log.get().lastStableOffset(), "compacted from " + from + " to " + to);
            model.compact(from, to, log.nowMs(), LogUnderTest.DELETE_RETENTION_MS, base -> true);
            from = to;
        }
        assertSound();
    }

    /** One pass that a crash may cut short, between any two batches that it reads or writes. */
    void runAndCrash() throws IOException {
        long from = firstDirty();
        int generationsBefore = manifest().nextGeneration();
        int[] left = {random.nextInt(200)};
        log.time.onRead(() -> {
            if (left[0]-- == 0) {
                try {
                    log.copyForCrash();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
        boolean cleaned = log.cleaner().cleanDirtiest();
        log.time.onRead(() -> {});
        assertSound();
        long nowMs = log.nowMs();
        long to = cleaned ? cleaned() : from;
        if (left[0] >= 0) { // It was over before.
            log.copyForCrash();
        }
        log.becomeCopy();
        if (cleaned) {
            LogManifest afterCrash = manifest();
            model.compact(
                    from,
                    to,
                    nowMs,
                    LogUnderTest.DELETE_RETENTION_MS,
                    base -> isNew(afterCrash, base, generationsBefore));
        }
    }

    private static boolean isNew(LogManifest manifest, long base, int generationsBefore) {
        SegmentInfo holder = null;
        for (SegmentInfo segment : manifest.segments()) {
            holder = segment.baseOffset() <= base ? segment : holder;
        }
        return holder == null || holder.generation() >= generationsBefore;
    }

    private void assertSound() {
        assertEquals(Map.of(), log.cleaner().uncleanable());
        assertEquals(0, log.cleaner().counters().failures().sum(), "failed passes");
    }

    private LogManifest manifest() throws IOException {
        return LogManifest.read(directory());
    }

    private Path directory() {
        return log.get().files().directory();
    }

    private long firstDirty() throws IOException {
        Path file = directory().resolve("cleaned");
        return Math.max(log.get().logStartOffset(), Files.exists(file) ? cleaned() : 0);
    }

    private long cleaned() throws IOException {
        return Long.parseLong(Files.readString(directory().resolve("cleaned")).strip());
    }
}
