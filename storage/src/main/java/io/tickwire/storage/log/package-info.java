/** Partition logs: batches appended by one owner thread, read by any, with Kafka's offsets and errors. */
package io.tickwire.storage.log;
