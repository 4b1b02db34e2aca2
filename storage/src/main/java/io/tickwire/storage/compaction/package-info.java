/** Compaction: keeps at least the last record of every key, by writing sealed segments again and swapping them in. */
package io.tickwire.storage.compaction;
