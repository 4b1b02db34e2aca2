package io.tickwire.storage.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.PartitionLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A writing process is killed at random moments and at each of those that {@link Aim} names; nothing that it acknowledged may be missing
 * or different afterwards. After two kills of three the test recovers and checks the logs itself, after the others the next child
 * does, and may be killed doing it.
 *
 * <p>{@code -Dstorage.crash.kills=N} sets how often (200 is the full run), {@code -Dstorage.crash.seed=S} the seed. With more kills than the
 * build makes, each is reported as it happens. The command is in {@code storage/docs/storage.md}.
 */
class CrashTest {
    private static final int LONGEST_LIFE_MS = 900;

    /** When the moment aimed at does not come. */
    private static final int PATIENCE_MS = 15_000;

    /** Kills of a build: each kind once. */
    private static final int BUILD_KILLS = Aim.values().length;

    /** What a process killed by signal 9 exits with. */
    private static final int KILLED = 128 + 9;

    @TempDir
    private Path root;

    private final Map<Aim, Integer> kills = new EnumMap<>(Aim.class);
    private final List<Long> recoveryMs = new ArrayList<>();
    private long checkedRecords;

    @Test
    @Timeout(3_600)
    void killedWriterLosesNothingAcknowledged() throws Exception {
        int count = Integer.getInteger("storage.crash.kills", BUILD_KILLS);
        long seed = Long.getLong("storage.crash.seed", System.nanoTime());
        System.out.println("storage crash: " + count + " kills, seed " + seed);
        Random random = new Random(seed);
        Path data = root.resolve("data");
        try (Acknowledged acknowledged =
                new Acknowledged(root.resolve("acknowledged").toFile())) {
            List<Aim> aims = new ArrayList<>();
            for (int kill = 0; kill < count; kill++) {
                if (aims.isEmpty()) {
                    aims.addAll(List.of(Aim.values()));
                    Collections.shuffle(aims, random);
                }
                Aim aim = aims.removeLast();
                Aim died = liveAndDie(data, aim, random);
                kills.merge(died, 1, Integer::sum);
                boolean verify = random.nextInt(3) > 0;
                if (verify) {
                    recoverAndVerify(data, acknowledged);
                }
                if (count > BUILD_KILLS) {
                    System.out.println("storage crash: kill " + (kill + 1) + " of " + count + ", " + died
                            + (died == aim ? "" : " instead of " + aim)
                            + (verify
                                    ? ", recovered in " + recoveryMs.getLast() + " ms, " + checkedRecords
                                            + " records checked so far"
                                    : ", left to the next child to recover"));
                }
            }
            recoverAndVerify(data, acknowledged);
            Collections.sort(recoveryMs);
            System.out.println("storage crash: kills " + kills + ", acknowledged "
                    + acknowledged.endOffset(CrashLogs.DELETED) + " and "
                    + acknowledged.endOffset(CrashLogs.COMPACTED) + " records, checked " + checkedRecords
                    + ", recovery ms p50 " + percentile(50) + " p90 " + percentile(90) + " longest " + percentile(100)
                    + " of " + recoveryMs.size());
            assertTrue(acknowledged.endOffset(CrashLogs.DELETED) > 0, "the writer got to write");
            assertTrue(acknowledged.endOffset(CrashLogs.COMPACTED) > 0, "the writer got to write");
        }
    }

    private long percentile(int percent) {
        return recoveryMs.get((recoveryMs.size() - 1) * percent / 100);
    }

    /** The moment at which the child really died. */
    private Aim liveAndDie(Path data, Aim aim, Random random) throws IOException, InterruptedException {
        Path errors = root.resolve("writer.err");
        Process process = new ProcessBuilder(command(data, aim, random.nextLong()))
                .redirectError(errors.toFile())
                .start();
        Aim died = aim;
        int lifeMs = 1 + random.nextInt(LONGEST_LIFE_MS);
        try (BufferedReader lines = process.inputReader()) {
            switch (aim) {
                case START_UP -> process.waitFor(lifeMs, TimeUnit.MILLISECONDS);
                case RANDOM -> {
                    lines.readLine();
                    process.waitFor(lifeMs, TimeUnit.MILLISECONDS);
                }
                case CLOSE -> {
                    lines.readLine();
                    lines.readLine();
                    process.waitFor(random.nextInt(50), TimeUnit.MILLISECONDS);
                }
                default -> {
                    lines.readLine();
                    if (!process.waitFor(PATIENCE_MS, TimeUnit.MILLISECONDS)) {
                        died = Aim.RANDOM;
                    }
                }
            }
            process.destroyForcibly().waitFor();
        }
        boolean closed = aim == Aim.CLOSE && process.exitValue() == 0;
        if (!closed) {
            assertEquals(KILLED, process.exitValue(), () -> aim + ": " + read(errors));
        }
        return died;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private List<String> command(Path data, Aim aim, long seed) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(arg -> !arg.startsWith("-javaagent") && !arg.startsWith("-Xm"))
                .forEach(command::add);
        command.addAll(List.of(
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                CrashWriter.class.getName(),
                data.toString(),
                root.resolve("acknowledged").toString(),
                Long.toString(seed),
                aim.name()));
        return command;
    }

    private void recoverAndVerify(Path data, Acknowledged acknowledged) throws IOException {
        long startNs = System.nanoTime();
        try (LogCatalog catalog = CrashLogs.open(data)) {
            recoveryMs.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs));
            assertEquals(List.of(), catalog.recovery().damaged());
            for (int i = 0; i < CrashLogs.COUNT; i++) {
                PartitionLog log = CrashLogs.get(catalog, i);
                if (acknowledged.endOffset(i) > 0) {
                    assertNotNull(log, "log " + i + " is gone");
                }
                if (log != null) {
                    log.bindOwner();
                    checkedRecords +=
                            new LogVerifier(log, i, acknowledged).verify().records();
                }
            }
        }
    }
}
