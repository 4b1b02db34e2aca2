/** A broker that does as good as nothing: what remains of a benchmark's time with it is the clients' own and the kernel's. */
package io.tickwire.compat.bench.floor;
