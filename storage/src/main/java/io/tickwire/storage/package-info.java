/** Partition logs on memory-mapped journals. */
package io.tickwire.storage;
