package io.tickwire.compat.target;

/** A running broker. Clients of any thread may use it. */
public interface Target extends AutoCloseable {

    /** Returns the name used in reports: the same for every instance of a kind. */
    String name();

    /** Returns {@code HOST:PORT} as clients give it. */
    String bootstrap();

    /** Returns what the broker's threads do now and what it complained of, for a person; empty where that cannot be seen. */
    default String diagnosis() {
        return "";
    }

    /** Ends the broker and removes what it stored. */
    @Override
    void close();

    default String host() {
        return bootstrap().substring(0, bootstrap().lastIndexOf(':'));
    }

    default int port() {
        return Integer.parseInt(bootstrap().substring(bootstrap().lastIndexOf(':') + 1));
    }
}
