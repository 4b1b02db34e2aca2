/** Requests about offsets: where a log starts and ends, what lies at a time or at a leader epoch, and deleting up to one. */
package io.tickwire.edge.handler.offsets;
