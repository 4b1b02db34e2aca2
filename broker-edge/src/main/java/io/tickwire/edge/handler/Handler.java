package io.tickwire.edge.handler;

import org.apache.kafka.common.protocol.ApiKeys;

/** Serves one API key in a range of versions. Implement one of {@link ControlHandler}, {@link ShardHandler}, {@link HotHandler}. */
public interface Handler {
    /** The request kind served. */
    ApiKeys key();

    /** Lowest version served. */
    default short minVersion() {
        return key().oldestVersion();
    }

    /** Highest version served: by default Kafka's highest stable one. */
    default short maxVersion() {
        return key().latestVersion(false);
    }

    /** Whether a request may wait for something to happen, so that it is dropped once its client has ended. */
    default boolean isLongPoll() {
        return false;
    }

    /** Whether ApiVersions names it now; it is served in any case. */
    default boolean isListed() {
        return true;
    }
}
