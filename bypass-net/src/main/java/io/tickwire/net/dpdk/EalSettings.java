package io.tickwire.net.dpdk;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How DPDK's environment is started; once per process.
 *
 * @param hugePages whether memory comes from huge pages, as it must for PCI devices; ordinary pages otherwise.
 * @param memoryMegabytes reserved at start: everything there is without huge pages, a minimum with them (0: as needed).
 * @param pciDevices addresses of the PCI devices that may be used; none scans no PCI bus at all.
 * @param extraArguments passed on to {@code rte_eal_init} behind our own.
 */
public record EalSettings(
        boolean hugePages, int memoryMegabytes, List<String> pciDevices, List<String> extraArguments) {
    private static final int DEFAULT_MEGABYTES = 128;

    public EalSettings {
        if (memoryMegabytes < 0 || (!hugePages && memoryMegabytes < 1)) {
            throw new IllegalArgumentException("memory without huge pages must be at least 1 MB: " + memoryMegabytes);
        }
        if (!hugePages && !pciDevices.isEmpty()) {
            throw new IllegalArgumentException("PCI devices " + pciDevices + " need huge pages");
        }
        pciDevices = List.copyOf(pciDevices);
        extraArguments = List.copyOf(extraArguments);
    }

    /** Virtual devices only, in ordinary memory: works without privileges. */
    public static EalSettings ordinaryMemory() {
        return new EalSettings(false, DEFAULT_MEGABYTES, List.of(), List.of());
    }

    /**
     * What one device needs.
     *
     * @param device as in {@link PortSettings}
     * @param hugeMegabytes huge pages to reserve; 0 for ordinary memory
     * @param ordinaryMegabytes ordinary memory, without huge pages
     * @throws IllegalArgumentException when the text names no device, or one that needs huge pages and gets none
     */
    public static EalSettings of(
            final String device,
            final int hugeMegabytes,
            final int ordinaryMegabytes,
            final List<String> extraArguments) {
        final DeviceAddress address = DeviceAddress.parse(device);
        return new EalSettings(
                hugeMegabytes > 0,
                hugeMegabytes > 0 ? hugeMegabytes : ordinaryMegabytes,
                address.isPci() ? List.of(address.name()) : List.of(),
                extraArguments);
    }

    /** The vector for {@code rte_eal_init}, its first element the program's name. */
    List<String> arguments(final BitSet cpus) {
        final List<String> arguments = new ArrayList<>();
        arguments.add("tickwire");
        // The one lcore that DPDK insists on may run anywhere, so that the start binds nobody.
        arguments.add(
                "--lcores=0@(" + cpus.stream().mapToObj(Integer::toString).collect(Collectors.joining(",")) + ")");
        arguments.add("--no-telemetry");
        arguments.add("--log-level=lib.eal:error");
        if (hugePages) {
            arguments.add("--in-memory");
        } else {
            arguments.add("--no-huge");
            arguments.add("--no-shconf");
        }
        if (memoryMegabytes > 0) {
            arguments.add("-m");
            arguments.add(Integer.toString(memoryMegabytes));
        }
        if (pciDevices.isEmpty()) {
            arguments.add("--no-pci");
        }
        for (final String device : pciDevices) {
            arguments.add("-a");
            arguments.add(device);
        }
        arguments.addAll(extraArguments);
        return arguments;
    }
}
