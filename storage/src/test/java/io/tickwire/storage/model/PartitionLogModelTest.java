package io.tickwire.storage.model;

import io.tickwire.storage.log.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.agrona.IoUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.opentest4j.TestAbortedException;

/**
 * Random operations against a simple model, many seeds.
 *
 * <p>{@code -Dstorage.model.seed=S} replays one run, {@code -Dstorage.model.runs=N} and
 * {@code -Dstorage.model.full.disk.runs=N} change how many there are.
 */
class PartitionLogModelTest {
    private static final int OPERATIONS = 40;
    private static final int SMALL_DISK_BYTES = 64 << 20;

    /** Memory where there is some: nothing here is about the device, and a thousand runs wait for it many times. */
    private static final Path MEMORY = Path.of("/dev/shm");

    @Test
    @Timeout(600)
    void randomOperationsAgreeWithTheModel() throws Exception {
        runAll("storage.model.runs", 2_000, PartitionLogModelTest::run);
    }

    /** The same on file systems of their own, which are filled now and then. */
    @Test
    @Timeout(600)
    void randomOperationsOnADiskThatIsFullAtTimesAgreeWithTheModel() throws Exception {
        runAll("storage.model.full.disk.runs", 24, (directory, seed) -> {
            try (SmallDisk disk = new SmallDisk(directory, SMALL_DISK_BYTES)) {
                run(directory, seed, disk);
            }
        });
    }

    @FunctionalInterface
    private interface Run {
        void run(Path directory, long seed) throws IOException;
    }

    private static void runAll(String property, int defaultRuns, Run run) throws IOException {
        Long fixed = Long.getLong("storage.model.seed");
        int runs = fixed != null ? 1 : Integer.getInteger(property, defaultRuns);
        long first = fixed != null ? fixed : System.nanoTime();
        System.out.println(property + ": " + runs + " runs from seed " + first);
        Path root = Files.isWritable(MEMORY)
                ? Files.createTempDirectory(MEMORY, "tickwire-model")
                : Files.createTempDirectory("tickwire-model");
        try {
            IntStream.range(0, runs).parallel().forEach(i -> {
                try {
                    Path directory = Files.createDirectory(root.resolve("run-" + i));
                    run.run(directory, first + i);
                    IoUtil.delete(directory.toFile(), false);
                } catch (TestAbortedException cannotMount) {
                    throw cannotMount;
                } catch (IOException | RuntimeException | AssertionError failure) {
                    throw new AssertionError("replay with -Dstorage.model.seed=" + (first + i), failure);
                }
            });
        } finally {
            IoUtil.delete(root.toFile(), true);
        }
    }

    private static void run(Path directory, long seed) throws IOException {
        run(directory, seed, null);
    }

    private static void run(Path directory, long seed, SmallDisk disk) throws IOException {
        try (ModelRun run = new ModelRun(seed, directory, disk)) {
            run.run(OPERATIONS);
        }
    }
}
