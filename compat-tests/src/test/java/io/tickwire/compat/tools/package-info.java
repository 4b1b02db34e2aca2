/** Kafka's command-line tools, run against both brokers, their output compared. */
package io.tickwire.compat.tools;
