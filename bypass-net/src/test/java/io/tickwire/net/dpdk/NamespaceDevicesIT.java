package io.tickwire.net.dpdk;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Virtual devices whose other end is the kernel's, in a network namespace of our own. */
class NamespaceDevicesIT {
    @BeforeEach
    void needs() {
        Needs.dpdk();
        Needs.namespaces();
        Needs.command("ethtool");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            net_af_packet0,iface=v0 | net_af_packet1,iface=v1
            net_af_xdp0,iface=v0    | net_af_packet1,iface=v1
            net_af_xdp0,iface=v0    | net_af_xdp1,iface=v1
            """)
    void framesBetweenTwoPortsOnACableArriveIntact(final String left, final String right) {
        try (Namespace namespace = new Namespace()) {
            namespace.cable("v0", namespace, "v1");
            final String output = ChildJvm.run(namespace.prefix(), VdevScenarios.class, "pair", left, right, "3000");
            assertTrue(output.contains("passed pair"), output);
        }
    }

    @Test
    void framesBetweenATapAndItsKernelEndArriveIntact() {
        try (Namespace namespace = new Namespace()) {
            final String output = ChildJvm.run(
                    namespace.prefix(),
                    VdevScenarios.class,
                    "pair",
                    "net_tap0,iface=t0",
                    "net_af_packet0,iface=t0",
                    "3000");
            assertTrue(output.contains("passed pair"), output);
        }
    }

    @Test
    void queuesOfOnePortShareTheFlows() {
        try (Namespace namespace = new Namespace()) {
            namespace.cable("v0", namespace, "v1");
            final String output = ChildJvm.run(namespace.prefix(), QueueScenario.class);
            assertTrue(output.contains("passed queues"), output);
        }
    }
}
