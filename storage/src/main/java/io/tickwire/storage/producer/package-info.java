/** What a log knows of its producers: sequences of idempotent ones, open and aborted transactions, snapshots of both. */
package io.tickwire.storage.producer;
