/** Publish-to-callback latency of Tickwire's shared memory and journal beside its peers, across processes, in one run. */
package io.tickwire.compat.bench.hotpath;
