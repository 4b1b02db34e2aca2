package io.tickwire.storage.compaction;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickwire.storage.segment.LogManifest;
import io.tickwire.storage.segment.SegmentInfo;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The manifest is lost where a compacted segment and those that it replaces are all there. */
class RebuiltManifestTest {
    private static final String BEFORE = "0:a1 1:b1 2:a2 3:c1 4:b2 5:c2";
    private static final String AFTER = "2:a2 3:c1 4:b2 5:c2";

    private static final Map<String, String> SMALL = Map.of("internal.segment.bytes", "65536");

    @TempDir
    private Path directory;

    private Path logDirectory;
    private Path compacted;
    private SegmentInfo fresh;

    @BeforeEach
    void stopBetweenTheSwapAndTheDeletion() throws IOException {
        logDirectory = directory.resolve("logs").resolve("prices-0");
        Path old = directory.resolve("old");
        Files.createDirectory(old);
        try (CompactedLog log = new CompactedLog(directory, Compression.NONE, SMALL)) {
            log.run("a1 b1 | a2 c1 | b2 | c2");
            assertEquals(BEFORE, log.show());
            copyJournals(logDirectory.resolve("g0"), old);
            log.run("CLEAN");
            assertEquals(AFTER, log.show());
        }
        fresh = LogManifest.read(logDirectory).segments().getFirst();
        compacted = logDirectory.resolve("g" + fresh.generation()).resolve("19700101-00F.cq4");
        copyJournals(old, logDirectory.resolve("g0"));
        Files.delete(logDirectory.resolve(LogManifest.FILE_NAME));
    }

    private static void copyJournals(Path from, Path to) throws IOException {
        try (var files = Files.newDirectoryStream(from, "*.cq4")) {
            for (Path file : files) {
                if (!Files.exists(to.resolve(file.getFileName()))) {
                    Files.copy(file, to.resolve(file.getFileName()));
                }
            }
        }
    }

    @Test
    void completeCompactedSegmentTakesThePlaceOfTheOldOnes() throws IOException {
        assertEquals(List.of(AFTER, AFTER + " 6:d1"), reopenedTwice());
    }

    @Test
    void compactedSegmentWithoutEndMarkGivesWayToTheOldOnes() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(compacted.toFile(), "rw")) {
            file.seek(fresh.endPosition());
            assertEquals(0xC0, file.readInt() & 0xff, "last byte of the end mark, little endian");
            file.setLength(fresh.endPosition());
        }
        assertEquals(List.of(BEFORE, BEFORE + " 6:d1"), reopenedTwice());
    }

    private List<String> reopenedTwice() throws IOException {
        String first;
        try (CompactedLog log = new CompactedLog(directory, Compression.NONE)) {
            first = log.show();
            assertEquals(1, log.catalog.recovery().corruptions().size(), "the manifest");
            log.run("d1");
        }
        try (CompactedLog log = new CompactedLog(directory, Compression.NONE)) {
            assertEquals(List.of(), log.catalog.recovery().corruptions());
            return List.of(first, log.show());
        }
    }
}
