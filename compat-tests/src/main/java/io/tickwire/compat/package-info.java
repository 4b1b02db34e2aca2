/** The same cases against real Kafka and Tickwire. */
package io.tickwire.compat;
