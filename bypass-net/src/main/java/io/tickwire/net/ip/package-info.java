/** IPv4 host: ARP, input and output, bounded reassembly, ICMP and path MTU; one thread owns all of it. */
package io.tickwire.net.ip;
