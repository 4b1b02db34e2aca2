/** Kafka wire protocol and record format. */
package io.tickwire.kafka;
