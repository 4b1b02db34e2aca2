package io.tickwire.storage.model;

import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.IoUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random operations against a simple model, many seeds.
 *
 * <p>{@code -Dstorage.model.seed=S} replays one run, {@code -Dstorage.model.runs=N} changes how many there are.
 */
class PartitionLogModelTest {
    private static final int OPERATIONS = 60;

    @TempDir
    private Path root;

    @Test
    @Timeout(300)
    void randomOperationsAgreeWithTheModel() throws Exception {
        Long fixed = Long.getLong("storage.model.seed");
        int runs = fixed != null ? 1 : Integer.getInteger("storage.model.runs", 60);
        long first = fixed != null ? fixed : System.nanoTime();
        System.out.println("storage model: " + runs + " runs from seed " + first);
        for (int i = 0; i < runs; i++) {
            long seed = first + i;
            Path directory = Files.createDirectory(root.resolve("run-" + i));
            try (ModelRun run = new ModelRun(seed, directory)) {
                run.run(OPERATIONS);
            } catch (Throwable failure) {
                throw new AssertionError("replay with -Dstorage.model.seed=" + seed, failure);
            }
            IoUtil.delete(directory.toFile(), false);
        }
    }
}
