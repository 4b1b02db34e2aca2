package io.tickwire.net.dpdk;

import io.tickwire.net.dpdk.ffi.DpdkLibrary;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The part of the {@link Preflight} that depends on the device: driver, permissions, interface or PCI binding. */
final class DevicePreflight {
    private static final int CAP_NET_ADMIN = 12;
    private static final int CAP_NET_RAW = 13;
    private static final int CAP_SYS_ADMIN = 21;
    private static final int CAP_BPF = 39;
    private static final String PCI_DEVICES = "/sys/bus/pci/devices/";
    private static final String NETWORK_CLASS = "0x02";
    private static final Set<String> USERSPACE_DRIVERS = Set.of("vfio-pci", "igb_uio", "uio_pci_generic");
    /** Drivers of NICs that DPDK shares with the kernel's driver. */
    private static final Set<String> SHARED_DRIVERS = Set.of("mlx4_core", "mlx5_core", "mana");

    private final HostFiles files;

    DevicePreflight(final HostFiles files) {
        this.files = files;
    }

    List<Finding> check(final Optional<DeviceAddress> device) {
        if (device.isEmpty()) {
            return List.of(candidates());
        }
        return device.get().isPci() ? pci(device.get().name()) : virtual(device.get());
    }

    /** The PCI network devices there are, to choose from. */
    private Finding candidates() {
        final List<String> found = new ArrayList<>();
        for (final String address : files.names(PCI_DEVICES)) {
            if (files.text(PCI_DEVICES + address + "/class").orElse("").startsWith(NETWORK_CLASS)) {
                found.add(address + " (" + driverOf(address).orElse("no driver") + ")");
            }
        }
        return Finding.ok(
                "PCI network devices",
                found.isEmpty() ? "none; virtual devices can be used" : String.join(", ", found));
    }

    private Optional<String> driverOf(final String address) {
        return files.linkName(PCI_DEVICES + address + "/driver");
    }

    private List<Finding> pci(final String address) {
        if (!files.exists(PCI_DEVICES + address)) {
            return List.of(Finding.missing(
                    "device " + address, "there is no such PCI device", "dpdk-devbind.py --status-dev net"));
        }
        final List<Finding> findings = new ArrayList<>();
        final String driver = driverOf(address).orElse("none");
        if (USERSPACE_DRIVERS.contains(driver) || SHARED_DRIVERS.contains(driver)) {
            findings.add(Finding.ok("driver of " + address, driver));
        } else {
            findings.add(Finding.missing(
                    "driver of " + address,
                    driver + ", not one that hands the device to a process",
                    "modprobe vfio-pci && dpdk-devbind.py --bind=vfio-pci " + address));
        }
        if (!SHARED_DRIVERS.contains(driver)) {
            findings.add(vfio());
        }
        findings.add(lockedMemory());
        return findings;
    }

    private Finding vfio() {
        final String control = "/dev/vfio/vfio";
        if (!files.exists(control)) {
            return Finding.missing("vfio", control + " is not there", "modprobe vfio-pci");
        }
        if (!Files.isWritable(files.path(control))) {
            return Finding.missing("vfio", control + " is not writable by this user", "chmod 0666 /dev/vfio/*");
        }
        final boolean translated = !files.names("/sys/class/iommu").isEmpty();
        final boolean withoutIommu = files.text("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode")
                .orElse("N")
                .equals("Y");
        return translated || withoutIommu
                ? Finding.ok("vfio", translated ? "with an IOMMU" : "without an IOMMU")
                : Finding.missing(
                        "vfio",
                        "there is no IOMMU",
                        "boot with intel_iommu=on iommu=pt, or echo Y > /sys/module/vfio/parameters/enable_unsafe_noiommu_mode");
    }

    private Finding lockedMemory() {
        return Preflight.locksEnough(files.text("/proc/self/limits").orElse(""))
                ? Finding.ok("locked memory", "enough")
                : Finding.missing("locked memory", "this process may not lock memory for DMA", "ulimit -l unlimited");
    }

    private List<Finding> virtual(final DeviceAddress device) {
        final List<Finding> findings = new ArrayList<>();
        final String driver = device.name().replaceFirst("[0-9]+$", "");
        findings.add(driverInstalled(driver));
        switch (driver) {
            case "net_af_packet" -> findings.add(capabilities(driver, "cap_net_raw", CAP_NET_RAW));
            case "net_af_xdp" -> {
                findings.add(capabilities(
                        driver,
                        "cap_net_raw,cap_net_admin,cap_bpf,cap_sys_admin",
                        CAP_NET_RAW,
                        CAP_NET_ADMIN,
                        CAP_BPF,
                        CAP_SYS_ADMIN));
                findings.add(lockedMemory());
            }
            case "net_tap" -> {
                findings.add(capabilities(driver, "cap_net_admin", CAP_NET_ADMIN));
                findings.add(
                        files.exists("/dev/net/tun")
                                ? Finding.ok("tun device", "/dev/net/tun")
                                : Finding.missing("tun device", "/dev/net/tun is not there", "modprobe tun"));
            }
            default -> {
                return findings;
            }
        }
        if (!driver.equals("net_tap")) {
            findings.add(networkInterface(device));
        }
        return findings;
    }

    private static Finding driverInstalled(final String driver) {
        final String subject = "driver " + driver;
        return DpdkLibrary.hasDriver(driver)
                ? Finding.ok(subject, "installed")
                : Finding.missing(
                        subject,
                        "its library is not installed",
                        "apt-get install librte-" + driver.replace('_', '-') + "23");
    }

    private Finding capabilities(final String driver, final String names, final int... needed) {
        final long effective = Long.parseUnsignedLong(
                files.field("/proc/self/status", "CapEff").orElse("0"), 16);
        for (final int capability : needed) {
            if ((effective & (1L << capability)) == 0) {
                return Finding.missing(
                        "permissions",
                        driver + " needs " + names,
                        "run as root, or from root: " + withCapabilities(names) + " ./tickwire ...");
            }
        }
        return Finding.ok("permissions", names);
    }

    /** Ambient capabilities: with those of a file (setcap) the dynamic linker would not find java's own libraries. */
    private static String withCapabilities(final String names) {
        final String wanted = names.replace("cap_", "+");
        return "setpriv --reuid=USER --regid=GROUP --init-groups --inh-caps=" + wanted + " --ambient-caps=" + wanted;
    }

    private Finding networkInterface(final DeviceAddress device) {
        String name = "";
        for (final String argument : device.arguments().split(",", -1)) {
            if (argument.startsWith("iface=")) {
                name = argument.substring("iface=".length());
            }
        }
        final String subject = "interface " + name;
        if (name.isEmpty()) {
            return Finding.missing("interface", "the device names none", "add ,iface=NAME to " + device.name());
        }
        if (!files.exists("/sys/class/net/" + name)) {
            return Finding.missing(
                    subject,
                    "there is no such interface",
                    "name one that there is: " + String.join(", ", files.names("/sys/class/net")));
        }
        final boolean isUp = (flags(name) & 1) != 0;
        return isUp ? Finding.ok(subject, "up") : Finding.missing(subject, "down", "ip link set " + name + " up");
    }

    private long flags(final String name) {
        return files.text("/sys/class/net/" + name + "/flags").map(Long::decode).orElse(0L);
    }
}
