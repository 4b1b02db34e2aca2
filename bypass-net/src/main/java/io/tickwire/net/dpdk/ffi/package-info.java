/** DPDK's functions and structures, raw: the one package of the bindings that uses {@code java.lang.foreign}. */
package io.tickwire.net.dpdk.ffi;
