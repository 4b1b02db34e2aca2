/** The broker edge. */
package io.tickwire.edge;
