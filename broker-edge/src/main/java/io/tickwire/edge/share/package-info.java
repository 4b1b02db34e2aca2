/** Share partitions (KIP-932) without I/O: which record is whose, how often it was delivered, and what must be remembered of it. */
package io.tickwire.edge.share;
