package io.tickwire.storage.crash;

import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The two logs of the crash test: one from which retention deletes and one that is compacted. */
final class CrashLogs {
    static final int COUNT = 2;
    static final int DELETED = 0;
    static final int COMPACTED = 1;

    private static final long IDLE_RELEASE_MS = 20;
    private static final String[] TOPICS = {"orders", "prices"};
    private static final Map<String, String> DELETED_CONFIG = Map.of(
            "internal.segment.bytes",
            "262144",
            "segment.ms",
            "400",
            "retention.bytes",
            "3145728",
            "retention.ms",
            "-1",
            "file.delete.delay.ms",
            "0");
    private static final Map<String, String> COMPACTED_CONFIG = Map.of(
            "cleanup.policy",
            "compact",
            "internal.segment.bytes",
            "65536",
            "min.cleanable.dirty.ratio",
            "0.3",
            "delete.retention.ms",
            "50");

    private CrashLogs() {}

    static LogCatalog open(Path directory) throws IOException {
        return LogCatalog.open(directory, new CatalogOptions(key -> settings(key.topic()), 1, IDLE_RELEASE_MS));
    }

    private static LogSettings settings(String topic) {
        return LogSettings.fromKafka(topic.equals(TOPICS[COMPACTED]) ? COMPACTED_CONFIG : DELETED_CONFIG);
    }

    /** One of the logs; null when it is not there. */
    static PartitionLog get(LogCatalog catalog, int log) {
        return catalog.get(TOPICS[log], 0);
    }

    static PartitionLog create(LogCatalog catalog, int log) throws IOException {
        return catalog.create(new TopicKey(TOPICS[log], 1, log, 0), settings(TOPICS[log]));
    }
}
