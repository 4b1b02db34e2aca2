/** Where threads run and how: affinity, priority, resident memory, and what the machine lacks for that. */
package io.tickwire.edge.launch.threads;
