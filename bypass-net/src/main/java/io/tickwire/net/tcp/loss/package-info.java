/** Loss detection and recovery: sent-segment scoreboard (RFC 6675), RACK-TLP (RFC 8985), PRR (RFC 6937). */
package io.tickwire.net.tcp.loss;
