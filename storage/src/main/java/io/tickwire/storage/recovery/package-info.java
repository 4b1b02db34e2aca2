/** Putting a log's files in order at start-up: after a clean close at once, after a crash by reading what may be torn. */
package io.tickwire.storage.recovery;
