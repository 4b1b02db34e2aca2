package io.tickwire.net.dpdk;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a port is, in DPDK's words.
 *
 * @param bus {@code vdev} or {@code pci}.
 * @param name such as {@code net_af_packet0} or {@code 0000:03:00.0}; the port has the same.
 * @param arguments for the driver, such as {@code iface=v0}.
 */
record DeviceAddress(String bus, String name, String arguments) {
    private static final Pattern VIRTUAL = Pattern.compile("(net_[a-z][a-z0-9_]*)(?:,(.*))?");
    private static final Pattern PCI =
            Pattern.compile("((?:[0-9a-fA-F]{4}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7])(?:,(.*))?");
    private static final String DEFAULT_DOMAIN = "0000:";
    private static final int SHORT_PCI_LENGTH = 7;

    /**
     * Reads {@code net_af_packet0,iface=v0} or {@code 0000:03:00.0,arg=value}.
     *
     * @throws IllegalArgumentException when the text is neither.
     */
    static DeviceAddress parse(final String text) {
        final Matcher virtual = VIRTUAL.matcher(text);
        if (virtual.matches()) {
            return new DeviceAddress("vdev", virtual.group(1), orEmpty(virtual.group(2)));
        }
        final Matcher pci = PCI.matcher(text);
        if (pci.matches()) {
            final String address = pci.group(1);
            return new DeviceAddress(
                    "pci",
                    address.length() == SHORT_PCI_LENGTH ? DEFAULT_DOMAIN + address : address,
                    orEmpty(pci.group(2)));
        }
        throw new IllegalArgumentException(
                "not a DPDK device: \"" + text
                        + "\"; right would be a virtual device such as net_af_packet0,iface=eth1 or a PCI address such as 0000:03:00.0");
    }

    private static String orEmpty(final String text) {
        return text == null ? "" : text;
    }

    boolean isPci() {
        return bus.equals("pci");
    }
}
