package io.tickwire.storage.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.agrona.IoUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random operations against a simple model, many seeds.
 *
 * <p>{@code -Dstorage.model.seed=S} replays one run, {@code -Dstorage.model.runs=N} changes how many there are.
 */
class PartitionLogModelTest {
    private static final int OPERATIONS = 40;

    /** Memory where there is some: nothing here is about the device, and a thousand runs wait for it many times. */
    private static final Path MEMORY = Path.of("/dev/shm");

    @Test
    @Timeout(600)
    void randomOperationsAgreeWithTheModel() throws Exception {
        Long fixed = Long.getLong("storage.model.seed");
        int runs = fixed != null ? 1 : Integer.getInteger("storage.model.runs", 2_000);
        long first = fixed != null ? fixed : System.nanoTime();
        System.out.println("storage model: " + runs + " runs from seed " + first);
        Path root = Files.isWritable(MEMORY)
                ? Files.createTempDirectory(MEMORY, "tickwire-model")
                : Files.createTempDirectory("tickwire-model");
        try {
            IntStream.range(0, runs).parallel().forEach(i -> run(root.resolve("run-" + i), first + i));
        } finally {
            IoUtil.delete(root.toFile(), true);
        }
    }

    private static void run(Path directory, long seed) {
        try {
            Files.createDirectory(directory);
            try (ModelRun run = new ModelRun(seed, directory)) {
                run.run(OPERATIONS);
            }
        } catch (IOException | RuntimeException | AssertionError failure) {
            throw new AssertionError("replay with -Dstorage.model.seed=" + seed, failure);
        }
        IoUtil.delete(directory.toFile(), false);
    }
}
