/** Requests of consumer, share and streams groups. */
package io.tickwire.edge.handler.group;
