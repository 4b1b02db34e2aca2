/** Benchmarks through stock Kafka clients and through a feed: {@code bench e2e} and {@code bench kafka}. */
package io.tickwire.compat.bench.clients;
