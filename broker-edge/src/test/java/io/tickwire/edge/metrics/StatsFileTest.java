package io.tickwire.edge.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatsFileTest {
    @TempDir
    private Path directory;

    @Test
    void readerSeesWhatEachShardRecords() throws IOException {
        Path path = directory.resolve("stats");
        try (StatsFile written = StatsFile.create(path, 2);
                StatsFile read = StatsFile.open(path)) {
            written.shard(0).of(Stage.FETCH).record(10);
            written.shard(1).of(Stage.FETCH).record(30);
            assertEquals(2, read.shards());
            assertEquals(ProcessHandle.current().pid(), read.processId());
            assertEquals(10, read.histogram(0, Stage.FETCH).snapshot().largestNs());
            assertEquals(30, read.histogram(1, Stage.FETCH).snapshot().largestNs());
            assertEquals(2, read.snapshot(Stage.FETCH).count());
            assertEquals(0, read.snapshot(Stage.PRODUCE).count());
        }
    }

    @Test
    void deletedFileIsGone() throws IOException {
        Path path = directory.resolve("stats");
        StatsFile.create(path, 1).delete();
        assertFalse(Files.exists(path));
    }

    @Test
    void damagedFilesAreRefused() throws IOException {
        Path path = directory.resolve("stats");
        StatsFile.create(path, 1).close();
        byte[] good = Files.readAllBytes(path);
        for (int length : new int[] {0, 1, 63, 64, good.length - 1}) {
            Files.write(path, java.util.Arrays.copyOf(good, length));
            assertThrows(IOException.class, () -> StatsFile.open(path), () -> "of length " + length);
        }
        for (int offset : new int[] {0, 16, 17, 19, 20, 23}) {
            byte[] bad = good.clone();
            bad[offset] ^= (byte) 0x80;
            Files.write(path, bad);
            assertThrows(IOException.class, () -> StatsFile.open(path), () -> "changed at " + offset);
        }
    }
}
