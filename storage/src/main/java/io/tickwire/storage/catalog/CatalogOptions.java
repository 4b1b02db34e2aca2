package io.tickwire.storage.catalog;

import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.TopicKey;
import java.util.function.Function;

/**
 * How a catalog opens.
 *
 * @param settingsOf configuration of a log that is found at start-up; it may be changed later
 * @param recoveryThreads how many logs are put in order at the same time
 * @param idleReleaseMs a log that is not appended to for so long gives its files back until the next append
 */
public record CatalogOptions(Function<TopicKey, LogSettings> settingsOf, int recoveryThreads, long idleReleaseMs) {
    private static final long FIVE_MINUTES_MS = 300_000;

    /** Kafka's default configuration for every log, one recovery thread per processor, at most eight. */
    public static CatalogOptions defaults() {
        return new CatalogOptions(
                key -> LogSettings.defaults(),
                Math.min(8, Runtime.getRuntime().availableProcessors()),
                FIVE_MINUTES_MS);
    }
}
