/** Network transports: userspace stack and kernel sockets. */
package io.tickwire.net;
