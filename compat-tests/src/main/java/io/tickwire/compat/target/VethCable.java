package io.tickwire.compat.target;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace of a broker's own and a virtual cable into it: the end {@link #BROKER_DEVICE} inside belongs to the broker's
 * userspace stack, the other, in the namespace of this process, to the kernel that its clients use. Needs root, {@code ip} and
 * {@code ethtool}.
 */
final class VethCable implements AutoCloseable {

    /** The broker's end of the cable. */
    static final String BROKER_DEVICE = "tw0";

    /** Of the network that RFC 2544 sets apart for tests; {@value #PREFIX_LENGTH} leaves room for two stations. */
    static final String BROKER_ADDRESS = "198.18.77.1";

    static final int PREFIX_LENGTH = 30;

    private static final String CLIENT_ADDRESS = "198.18.77.2";

    private final String namespace = "twcable" + ProcessHandle.current().pid();
    private final String clientDevice = "tw" + ProcessHandle.current().pid();

    private VethCable() {}

    static VethCable lay() {
        VethCable cable = new VethCable();
        run("ip", "netns", "add", cable.namespace);
        try {
            cable.connect();
        } catch (RuntimeException e) {
            cable.close();
            throw e;
        }
        return cable;
    }

    private void connect() {
        // Loopback is needed by the JVM's own sockets only; IPv6 would send frames that nobody asked for.
        inside("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1");
        inside("ip", "link", "set", "lo", "up");
        run("ip", "link", "add", clientDevice, "type", "veth", "peer", "name", BROKER_DEVICE, "netns", namespace);
        leaveNothingToTheDevice(command(), BROKER_DEVICE);
        leaveNothingToTheDevice(List.of(), clientDevice);
        run("ip", "address", "add", CLIENT_ADDRESS + "/" + PREFIX_LENGTH, "dev", clientDevice);
        inside("ip", "link", "set", BROKER_DEVICE, "up");
        run("ip", "link", "set", clientDevice, "up");
    }

    /** Turns offloads off: the kernel would leave checksums to a NIC that is not there. */
    private static void leaveNothingToTheDevice(List<String> prefix, String device) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of("ethtool", "-K", device));
        for (String offload : List.of("tx", "rx", "tso", "gso", "gro")) {
            command.addAll(List.of(offload, "off"));
        }
        run(command.toArray(String[]::new));
    }

    /** Returns what to put before a command that is to run at the broker's end. */
    List<String> command() {
        return List.of("ip", "netns", "exec", namespace);
    }

    private void inside(String... words) {
        List<String> command = new ArrayList<>(command());
        command.addAll(List.of(words));
        run(command.toArray(String[]::new));
    }

    private static void run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new TargetException(String.join(" ", command) + ": " + output.strip());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TargetException("interrupted", e);
        }
    }

    /** Takes the namespace away, and the cable with it. */
    @Override
    public void close() {
        run("ip", "netns", "del", namespace);
    }
}
