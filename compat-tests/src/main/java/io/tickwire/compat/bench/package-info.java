/** Benchmarks: {@code tickwire bench}. */
package io.tickwire.compat.bench;
