/** Ports of the installed DPDK as {@link io.tickwire.net.device.FrameDevice}s: environment, pools, queues, and what is missing for them. */
package io.tickwire.net.dpdk;
