package io.tickwire.edge.config;

/** Which transport the broker runs on. */
public enum NetMode {
    /** The kernel's sockets. */
    KERNEL,
    /** The userspace stack over a DPDK device. */
    DPDK
}
