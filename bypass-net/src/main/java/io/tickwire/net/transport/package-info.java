/** Streams and datagrams as the broker sees them, with the implementation over the kernel's sockets. */
package io.tickwire.net.transport;
