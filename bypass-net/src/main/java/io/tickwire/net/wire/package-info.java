/** Stateless flyweights over Ethernet, 802.1Q, ARP, IPv4, ICMP, IGMP, UDP and TCP headers, and the Internet checksum. */
package io.tickwire.net.wire;
