package io.tickwire.net.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.net.dpdk.Finding.Status;
import io.tickwire.net.dpdk.ffi.DpdkAbi;
import io.tickwire.net.dpdk.ffi.DpdkException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreflightTest {
    private static final String NIC = "0000:03:00.0";

    @TempDir
    Path root;

    @BeforeEach
    void machineWithTwoCpus() throws IOException {
        put("/proc/self/status", "Name:\tjava\nCapEff:\t000001ffffffffff\nCpus_allowed_list:\t0-1\n");
        put("/proc/self/limits", "Max locked memory         unlimited            unlimited            bytes\n");
        put("/sys/devices/system/cpu/present", "0-1");
        put("/sys/devices/system/cpu/cpu0/online", "1");
        put("/sys/devices/system/cpu/cpu1/online", "1");
        put("/sys/devices/system/cpu/isolated", "1");
        put("/sys/devices/system/cpu/nohz_full", "1");
        put("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "200");
        put("/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "0");
    }

    private void put(final String absolute, final String text) throws IOException {
        final Path file = root.resolve(absolute.substring(1));
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void nic(final String driver) throws IOException {
        final Path device = root.resolve("sys/bus/pci/devices/" + NIC);
        put("/sys/bus/pci/devices/" + NIC + "/class", "0x020000");
        Files.createSymbolicLink(device.resolve("driver"), Path.of("../../drivers/" + driver));
    }

    private List<Finding> check(final String device, final int... cores) {
        final BitSet polling = new BitSet();
        for (final int core : cores) {
            polling.set(core);
        }
        return new Preflight(root).check(Optional.ofNullable(device), polling);
    }

    private static Finding of(final List<Finding> findings, final String subject) {
        return findings.stream()
                .filter(finding -> finding.subject().equals(subject))
                .findFirst()
                .orElseThrow(() -> new AssertionError(subject + " is not in " + findings));
    }

    @Test
    void enoughHugePagesAreFine() {
        assertEquals(Status.OK, of(check(null), "huge pages").status());
    }

    @Test
    void noHugePagesAreMissingForANicAndAdviceForAVirtualDevice() throws IOException {
        put("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "0");
        nic("vfio-pci");
        assertEquals(Status.MISSING, of(check(NIC), "huge pages").status());
        assertEquals(Status.ADVICE, of(check("net_ring0"), "huge pages").status());
        assertTrue(of(check(NIC), "huge pages").mend().contains("nr_hugepages"));
    }

    @Test
    void nicOfTheKernelsDriverIsToBeBound() throws IOException {
        nic("ixgbe");
        final Finding driver = of(check(NIC), "driver of " + NIC);
        assertEquals(Status.MISSING, driver.status());
        assertTrue(driver.mend().contains("dpdk-devbind.py --bind=vfio-pci " + NIC), driver.mend());
        assertTrue(of(check(null), "PCI network devices").seen().contains(NIC + " (ixgbe)"));
    }

    @Test
    void boundNicWithIommuIsFit() throws IOException {
        nic("vfio-pci");
        put("/dev/vfio/vfio", "");
        assertEquals(Status.MISSING, of(check(NIC), "vfio").status());
        put("/sys/class/iommu/dmar0/version", "1");
        assertEquals(Status.OK, of(check(NIC), "vfio").status());
        assertEquals(Status.OK, of(check(NIC), "driver of " + NIC).status());
        put("/proc/self/limits", "Max locked memory         8388608              8388608              bytes\n");
        assertEquals(Status.MISSING, of(check(NIC), "locked memory").status());
    }

    @Test
    void absentNicIsMissing() {
        final List<Finding> findings = check(NIC);
        assertEquals(Status.MISSING, of(findings, "device " + NIC).status());
        assertFalse(Preflight.isFit(findings));
    }

    @Test
    void interfaceAbsentDownOrUpIsTold() throws IOException {
        final String device = "net_af_packet0,iface=v0";
        assertEquals(Status.MISSING, of(check(device), "interface v0").status());
        put("/sys/class/net/v0/flags", "0x1002");
        assertEquals("ip link set v0 up", of(check(device), "interface v0").mend());
        put("/sys/class/net/v0/flags", "0x1003");
        assertEquals(Status.OK, of(check(device), "interface v0").status());
    }

    @Test
    void processWithoutCapabilitiesIsTold() throws IOException {
        put("/proc/self/status", "CapEff:\t0000000000000000\nCpus_allowed_list:\t0-1\n");
        final Finding permissions = of(check("net_af_packet0,iface=v0"), "permissions");
        assertEquals(Status.MISSING, permissions.status());
        assertTrue(permissions.mend().contains("--inh-caps=+net_raw --ambient-caps=+net_raw "));
    }

    @Test
    void coresAreIsolatedSharedForbiddenOrAbsent() throws IOException {
        assertEquals(Status.OK, of(check(null, 1), "core 1").status());
        final Finding shared = of(check(null, 0), "core 0");
        assertEquals(Status.ADVICE, shared.status());
        assertTrue(shared.mend().contains("nohz_full=0"));
        assertEquals(Status.MISSING, of(check(null, 7), "core 7").status());
        put("/proc/self/status", "CapEff:\t0\nCpus_allowed_list:\t0\n");
        assertEquals(Status.MISSING, of(check(null, 1), "core 1").status());
    }

    @Test
    void textThatNamesNoDeviceIsRefused() {
        final IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> check("eth0"));
        assertTrue(refused.getMessage().contains("net_af_packet0,iface=eth1"));
    }

    @Test
    void pciAddressesAreReadWithAndWithoutDomain() {
        assertEquals(new DeviceAddress("pci", NIC, "a=b"), DeviceAddress.parse("03:00.0,a=b"));
        assertEquals(
                new DeviceAddress("vdev", "net_memif0", "role=server,socket=/tmp/x"),
                DeviceAddress.parse("net_memif0,role=server,socket=/tmp/x"));
    }

    @Test
    void versionsWithoutARowAreRefused() {
        assertEquals(23, DpdkAbi.of("DPDK 22.11.11").number());
        assertEquals(24, DpdkAbi.of("DPDK 23.11.2").number());
        assertEquals(25, DpdkAbi.of("DPDK 24.11.0-rc1").number());
        final DpdkException refused = assertThrows(DpdkException.class, () -> DpdkAbi.of("DPDK 21.11.3"));
        assertTrue(refused.getMessage().contains("22.11, 23.11, 24.11"), refused.getMessage());
    }

    @Test
    void argumentsAreThoseOfTheMemoryAndTheDevices() {
        final BitSet cpus = HostFiles.cpus("0-1,4");
        assertEquals(
                List.of(
                        "tickwire",
                        "--lcores=0@(0,1,4)",
                        "--no-telemetry",
                        "--log-level=lib.eal:error",
                        "--no-huge",
                        "--no-shconf",
                        "-m",
                        "128",
                        "--no-pci"),
                EalSettings.ordinaryMemory().arguments(cpus));
        assertEquals(
                List.of(
                        "tickwire",
                        "--lcores=0@(0,1,4)",
                        "--no-telemetry",
                        "--log-level=lib.eal:error",
                        "--in-memory",
                        "-a",
                        NIC,
                        "--legacy-mem"),
                new EalSettings(true, 0, List.of(NIC), List.of("--legacy-mem")).arguments(cpus));
        assertThrows(IllegalArgumentException.class, () -> new EalSettings(false, 64, List.of(NIC), List.of()));
    }
}
