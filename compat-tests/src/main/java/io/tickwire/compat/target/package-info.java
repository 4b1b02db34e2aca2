/** Brokers that a suite can be run against: real Kafka in a container or a child process, and Tickwire. */
package io.tickwire.compat.target;
