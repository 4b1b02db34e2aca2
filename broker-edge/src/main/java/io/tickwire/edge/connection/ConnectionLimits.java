package io.tickwire.edge.connection;

/**
 * Bounds on connections.
 *
 * @param maxRequestBytes longest request (socket.request.max.bytes)
 * @param maxIdleNs a connection without traffic for longer is closed (connections.max.idle.ms); 0 or less never
 * @param inflightBytes most memory for requests that are not complete yet
 */
public record ConnectionLimits(int maxRequestBytes, long maxIdleNs, long inflightBytes) {}
