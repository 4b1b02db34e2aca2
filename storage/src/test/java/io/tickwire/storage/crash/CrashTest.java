package io.tickwire.storage.crash;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.PartitionLog;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A writing process is killed at random points, start-up, roll and retention included; nothing it acknowledged may be missing.
 *
 * <p>{@code -Dstorage.crash.kills=N} sets how often (200 is the full run), {@code -Dstorage.crash.seed=S} the seed.
 */
class CrashTest {
    private static final int LONGEST_LIFE_MS = 900;

    @TempDir
    private Path root;

    @Test
    @Timeout(300)
    void killedWriterLosesNothingAcknowledged() throws Exception {
        int kills = Integer.getInteger("storage.crash.kills", 12);
        long seed = Long.getLong("storage.crash.seed", System.nanoTime());
        System.out.println("storage crash: " + kills + " kills, seed " + seed);
        Random random = new Random(seed);
        Path data = root.resolve("data");
        Path acked = root.resolve("acked");
        MappedByteBuffer mapped = IoUtil.mapNewFile(acked.toFile(), Long.BYTES);
        UnsafeBuffer ackedEnd = new UnsafeBuffer(mapped);
        long longestRecoveryMs = 0;
        for (int kill = 0; kill < kills; kill++) {
            liveAndDie(data, acked, random);
            if (random.nextInt(3) > 0) {
                longestRecoveryMs = Math.max(longestRecoveryMs, recoverAndVerify(data, ackedEnd.getLongVolatile(0)));
            }
        }
        recoverAndVerify(data, ackedEnd.getLongVolatile(0));
        System.out.println("storage crash: acknowledged " + ackedEnd.getLongVolatile(0) + " records, longest recovery "
                + longestRecoveryMs + " ms");
        assertTrue(ackedEnd.getLongVolatile(0) > 0, "the writer got to write");
        IoUtil.unmap(mapped);
    }

    private void liveAndDie(Path data, Path acked, Random random) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(arg -> !arg.startsWith("-javaagent") && !arg.startsWith("-Xm"))
                .forEach(command::add);
        command.addAll(List.of(
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                CrashWriter.class.getName(),
                data.toString(),
                acked.toString(),
                Long.toString(random.nextLong())));
        Process process = new ProcessBuilder(command)
                .redirectError(root.resolve("writer.err").toFile())
                .start();
        boolean fromTheStart = random.nextInt(4) == 0;
        if (!fromTheStart) {
            process.inputReader().readLine();
        }
        if (process.waitFor(1 + random.nextInt(LONGEST_LIFE_MS), TimeUnit.MILLISECONDS)) {
            assertNotEquals(CrashWriter.WRONG, process.exitValue(), Files.readString(root.resolve("writer.err")));
            throw new AssertionError("the writer ended by itself: " + Files.readString(root.resolve("writer.err")));
        }
        process.destroyForcibly().waitFor();
    }

    private static long recoverAndVerify(Path data, long acknowledgedEnd) throws IOException {
        long startNs = System.nanoTime();
        try (LogCatalog catalog = LogCatalog.open(data, CatalogOptions.defaults())) {
            long recoveryMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
            PartitionLog log = catalog.get(CrashWriter.TOPIC, 0);
            if (log == null) {
                assertTrue(acknowledgedEnd == 0, "the partition is gone");
                return recoveryMs;
            }
            assertNull(new KnownRecords().verify(log));
            assertTrue(
                    log.logEndOffset() >= acknowledgedEnd,
                    "the log ends at " + log.logEndOffset() + ", acknowledged was " + acknowledgedEnd);
            return recoveryMs;
        }
    }
}
