package io.tickwire.edge.config;

/**
 * A host name or address and a port.
 *
 * @param host without brackets
 * @param port 0 to 65535; 0 picks a free one where that makes sense
 */
public record HostPort(String host, int port) {
    /**
     * Reads HOST:PORT; an IPv6 address stands in brackets.
     *
     * @throws IllegalArgumentException saying what would be right
     */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon > 0) {
            String host = text.substring(0, colon);
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            }
            try {
                int port = Integer.parseInt(text.substring(colon + 1));
                if (port >= 0 && port <= 65_535 && !host.isEmpty()) {
                    return new HostPort(host, port);
                }
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("needs HOST:PORT, such as 127.0.0.1:9092", e);
            }
        }
        throw new IllegalArgumentException("needs HOST:PORT, such as 127.0.0.1:9092");
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
