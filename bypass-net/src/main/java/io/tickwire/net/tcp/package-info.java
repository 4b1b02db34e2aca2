/** TCP to RFC 9293: connections as sans-I/O state machines, their tables, buffers and timers; one thread owns all of it. */
package io.tickwire.net.tcp;
