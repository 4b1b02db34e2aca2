/** Kafka's primitive wire types on Agrona buffers: bounded readers and writers, varints, compact strings, tagged fields, error codes. */
package io.tickwire.kafka.primitive;
