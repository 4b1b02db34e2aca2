package io.tickwire.compat.bench.storage;

import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.AppendOrigin;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;

/** What many partitions cost: time, memory and files of one data directory, appended to, idle and opened again. */
final class PartitionScale {
    private static final String TOPIC = "scale";
    private static final long BYTES_PER_KIB = 1024;

    private final int partitions;
    private final Path directory;
    private final PrintStream out;
    private final AppendResult result = new AppendResult();

    PartitionScale(int partitions, Path directory, PrintStream out) {
        this.partitions = partitions;
        this.directory = directory;
        this.out = out;
    }

    /** Runs through the life of a directory; {@code batch} is appended to each partition. */
    void run(UnsafeBuffer batch, int length) throws IOException {
        out.printf(
                "%n%d partitions, one batch of %d bytes each%n%-34s %10s %10s %10s %10s %12s %10s%n",
                partitions, length, "", "seconds", "files", "mappings", "RSS MiB", "virtual GiB", "heap MiB");
        row("empty process", 0);
        long startNs = System.nanoTime();
        LogCatalog catalog = LogCatalog.open(directory, CatalogOptions.defaults());
        for (int i = 0; i < partitions; i++) {
            catalog.create(new TopicKey(TOPIC, 1, i, i), LogSettings.defaults());
        }
        row("created", startNs);
        startNs = System.nanoTime();
        appendToAll(catalog, batch, length);
        row("first append to each", startNs);
        startNs = System.nanoTime();
        appendToAll(catalog, batch, length);
        row("second append to each", startNs);
        startNs = System.nanoTime();
        catalog.maintain(System.currentTimeMillis() + CatalogOptions.defaults().idleReleaseMs());
        row("idle, files given back", startNs);
        startNs = System.nanoTime();
        appendToAll(catalog, batch, length);
        row("append after idling", startNs);
        startNs = System.nanoTime();
        catalog.close();
        row("closed", startNs);
        startNs = System.nanoTime();
        catalog = LogCatalog.open(directory, CatalogOptions.defaults());
        row("opened after a clean stop", startNs);
        catalog.close();
    }

    private void appendToAll(LogCatalog catalog, UnsafeBuffer batch, int length) throws IOException {
        for (PartitionLog log : catalog.logs()) {
            short error = log.append(batch, 0, length, AppendOrigin.CLIENT, 0, System.currentTimeMillis(), result);
            if (error != 0) {
                throw new IOException("append to " + log.key() + ": error " + error + " " + result.errorMessage());
            }
        }
    }

    private void row(String what, long startNs) throws IOException {
        double seconds = startNs == 0 ? 0 : (System.nanoTime() - startNs) / 1e9;
        System.gc();
        out.printf(
                "%-34s %10.2f %10d %10d %10d %12.1f %10d%n",
                what,
                seconds,
                children("/proc/self/fd"),
                Files.readAllLines(Path.of("/proc/self/maps")).size(),
                status("VmRSS:") / BYTES_PER_KIB,
                status("VmSize:") / (double) (BYTES_PER_KIB * BYTES_PER_KIB),
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20);
    }

    private static long children(String directory) throws IOException {
        try (Stream<Path> entries = Files.list(Path.of(directory))) {
            return entries.count();
        }
    }

    /** A line of the process's status, KiB. */
    private static long status(String name) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("/proc/self/status has no " + name);
    }
}
