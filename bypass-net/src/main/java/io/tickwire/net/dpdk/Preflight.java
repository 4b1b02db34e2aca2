package io.tickwire.net.dpdk;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What DPDK needs of the machine. */
public final class Preflight {
    private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/hugepages");

    private Preflight() {}

    /** Megabytes of huge pages, of all sizes, that are free. */
    public static long freeHugeMegabytes() {
        long kilobytes = 0;
        try (DirectoryStream<Path> sizes = Files.newDirectoryStream(HUGE_PAGES, "hugepages-*kB")) {
            for (final Path size : sizes) {
                final String name = size.getFileName().toString();
                final long pageKilobytes = Long.parseLong(name.substring("hugepages-".length(), name.length() - 2));
                kilobytes += pageKilobytes
                        * Long.parseLong(
                                Files.readString(size.resolve("free_hugepages")).trim());
            }
        } catch (final IOException none) {
            return 0;
        }
        return kilobytes / 1024;
    }
}
