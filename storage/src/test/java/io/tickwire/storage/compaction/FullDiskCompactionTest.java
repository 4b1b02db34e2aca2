package io.tickwire.storage.compaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tickwire.storage.log.SmallDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compaction where the file system is full: the log stays as it was and is compacted when there is room again. */
class FullDiskCompactionTest {
    private static final Map<String, String> SMALL = Map.of("internal.segment.bytes", "1048576");
    private static final int RECORDS = 4_000;

    @TempDir
    private Path directory;

    /** Too little to begin with; then too little for what is reserved at once. */
    @ParameterizedTest
    @ValueSource(ints = {1_000, 530_000, 900_000})
    void passIsTakenBackAndMadeAgainWhenThereIsRoom(int roomBytes) throws IOException {
        try (SmallDisk disk = new SmallDisk(directory, 16 << 20);
                CompactedLog log = new CompactedLog(directory.resolve("data"), Compression.NONE, SMALL)) {
            StringBuilder script = new StringBuilder();
            for (int i = 0; i < RECORDS; i++) {
                script.append((char) ('a' + i % 26))
                        .append(i)
                        .append("x".repeat(100))
                        .append(' ');
            }
            log.run(script + "| z0");
            String before = log.show();
            disk.fillUpTo(roomBytes);
            assertFalse(log.cleaner.cleanDirtiest());
            assertEquals(1, log.cleaner.counters().failures().sum());
            assertEquals(Map.of(), log.cleaner.uncleanable());
            assertEquals(before, log.show());
            disk.makeRoom();
            assertEquals(0, log.clean(), "it was set aside for one round");
            assertEquals(1, log.clean());
            assertEquals(27, log.show().split(" ").length, log.show());
            log.reopen();
            assertEquals(27, log.show().split(" ").length, log.show());
        }
    }
}
