package io.tickwire.net.dpdk;

import io.tickwire.net.dpdk.Finding.Status;
import io.tickwire.net.dpdk.ffi.DpdkException;
import io.tickwire.net.dpdk.ffi.DpdkLibrary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** Looks at what DPDK needs of the machine and says what is missing, with the command that mends it. Changes nothing. */
public final class Preflight {
    private static final String HUGE_PAGES = "/sys/kernel/mm/hugepages";
    private static final long WANTED_HUGE_MEGABYTES = 256;
    private static final long LOCKED_BYTES = 64L << 20;

    private final HostFiles files;

    /** For this machine. */
    public Preflight() {
        this(Path.of("/"));
    }

    /** For a machine whose {@code /proc}, {@code /sys} and {@code /dev} are under {@code root}. */
    Preflight(final Path root) {
        files = new HostFiles(root);
    }

    /**
     * Checks everything for one port.
     *
     * @param device as in {@link PortSettings}; empty for the checks that every device needs.
     * @param cores CPUs that will poll.
     * @throws IllegalArgumentException when the text names no device.
     */
    public List<Finding> check(final Optional<String> device, final BitSet cores) {
        final Optional<DeviceAddress> address = device.map(DeviceAddress::parse);
        final List<Finding> findings = new ArrayList<>();
        findings.add(library());
        findings.add(hugePages(address.map(DeviceAddress::isPci).orElse(false)));
        findings.addAll(new DevicePreflight(files).check(address));
        cores.stream().forEach(core -> findings.addAll(new CorePreflight(files).check(core)));
        return findings;
    }

    /** Whether nothing is missing. */
    public static boolean isFit(final List<Finding> findings) {
        return findings.stream().noneMatch(finding -> finding.status() == Status.MISSING);
    }

    private static Finding library() {
        try {
            final DpdkLibrary library = DpdkLibrary.load();
            final String seen = library.version();
            return library.abi().verified()
                    ? Finding.ok("library", seen)
                    : Finding.advice(
                            "library",
                            seen + ": its layouts are known from its headers, the tests run against another version",
                            "apt-get install dpdk (22.11)");
        } catch (final DpdkException missing) {
            return Finding.missing("library", missing.getMessage(), "apt-get install dpdk");
        }
    }

    private Finding hugePages(final boolean needed) {
        final long free = freeHugePageMegabytes();
        final String mend = "echo 512 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";
        if (free >= WANTED_HUGE_MEGABYTES) {
            return Finding.ok("huge pages", free + " MB free");
        }
        final String seen = free + " MB free, " + WANTED_HUGE_MEGABYTES + " wanted";
        return needed && free == 0
                ? Finding.missing("huge pages", seen + ": PCI devices need them", mend)
                : Finding.advice("huge pages", seen + "; ordinary memory serves virtual devices (--no-huge)", mend);
    }

    private long freeHugePageMegabytes() {
        long kilobytes = 0;
        for (final String size : files.names(HUGE_PAGES)) {
            final String digits = size.replaceAll("[^0-9]", "");
            if (!digits.isEmpty()) {
                kilobytes += Long.parseLong(digits) * files.number(HUGE_PAGES + "/" + size + "/free_hugepages", 0);
            }
        }
        return kilobytes >>> 10;
    }

    /** Megabytes of huge pages, of all sizes, that are free on this machine. */
    public static long freeHugeMegabytes() {
        return new Preflight().freeHugePageMegabytes();
    }

    /** Whether a process may lock enough memory for DMA or AF_XDP. */
    static boolean locksEnough(final String limits) {
        return limits.lines()
                .filter(line -> line.startsWith("Max locked memory"))
                .map(line ->
                        line.substring("Max locked memory".length()).strip().split("\\s+", -1)[0])
                .anyMatch(soft -> soft.equals("unlimited")
                        || (soft.matches("[0-9]{1,18}") && Long.parseLong(soft) >= LOCKED_BYTES));
    }
}
