/** Produce. */
package io.tickwire.edge.handler.produce;
