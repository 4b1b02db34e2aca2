/** Costs of kernel bypass beside the same work done in C or by the kernel, in the same run. */
package io.tickwire.compat.bench.net;
