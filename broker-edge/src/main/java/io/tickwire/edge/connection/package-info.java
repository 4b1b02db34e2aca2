/** One connection's state machine: frames in, requests one at a time, responses out, within bounds. */
package io.tickwire.edge.connection;
