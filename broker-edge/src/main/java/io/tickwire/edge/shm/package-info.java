/** Shared-memory channels: one ring file per topic-partition, its single publisher and its many subscribers; imports only Agrona and the JDK. */
package io.tickwire.edge.shm;
