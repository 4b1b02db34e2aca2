/** Append, read and reopen of Tickwire's partition log beside Kafka's UnifiedLog, raw Chronicle Queue and a plain mapped file, in one run. */
package io.tickwire.compat.bench.storage;
