/** UDP: sockets by port and group, delivery straight from the frame. */
package io.tickwire.net.udp;
