/** Command line, wiring and threads: the only place that starts any. */
package io.tickwire.edge.launch;
