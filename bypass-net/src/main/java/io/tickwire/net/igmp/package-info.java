/** IGMPv2 and IGMPv3, host side, with source filters. */
package io.tickwire.net.igmp;
