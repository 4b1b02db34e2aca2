package io.tickwire.net.dpdk;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A network namespace of our own, without IPv6, deleted when closed or, at the latest, when the JVM ends. */
public final class Namespace implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final String name = "tickwire-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
    private final Thread hook = new Thread(this::delete);
    private boolean deleted;

    public Namespace() {
        Needs.run("ip", "netns", "add", name);
        Runtime.getRuntime().addShutdownHook(hook);
        exec("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1");
        exec("ip", "link", "set", "lo", "up");
    }

    public String name() {
        return name;
    }

    /** What to put before a command to run it inside. */
    public List<String> prefix() {
        return List.of("ip", "netns", "exec", name);
    }

    /** Runs a command inside and answers its output; fails when it does. */
    public String exec(final String... command) {
        final List<String> whole = new ArrayList<>(prefix());
        whole.addAll(List.of(command));
        return Needs.run(whole.toArray(String[]::new));
    }

    /** Makes a cable between an interface here and one in {@code other} (which may be this), both up and without any offload. */
    public void cable(final String here, final Namespace other, final String there) {
        exec("ip", "link", "add", here, "type", "veth", "peer", "name", there, "netns", other.name);
        prepare(here);
        other.prepare(there);
    }

    private void prepare(final String device) {
        // With offloads on, the kernel would leave checksums to a NIC that is not there.
        exec("ethtool", "-K", device, "tx", "off", "rx", "off", "tso", "off", "gso", "off", "gro", "off");
        exec("ip", "link", "set", device, "up");
    }

    private synchronized void delete() {
        if (!deleted) {
            deleted = true;
            Needs.run("ip", "netns", "del", name);
        }
    }

    @Override
    public void close() {
        delete();
        Runtime.getRuntime().removeShutdownHook(hook);
    }
}
