/** Congestion control: NewReno (RFC 5681) and CUBIC (RFC 9438). */
package io.tickwire.net.tcp.congestion;
