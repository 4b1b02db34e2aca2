package io.tickwire.edge.metadata;

import io.tickwire.edge.metadata.journal.PartitionJournal;
import io.tickwire.edge.metadata.journal.RecordJournal;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.utils.Time;

/** The journal of cluster metadata: never cleaned, because it is replayed from its first record. */
public final class MetadataLog {
    private static final Map<String, String> CONFIG = Map.of(
            TopicConfig.RETENTION_MS_CONFIG, "-1",
            TopicConfig.RETENTION_BYTES_CONFIG, "-1",
            TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE,
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "8388608");

    private MetadataLog() {}

    /** Opens the journal, creating it in a new data directory. */
    public static RecordJournal open(LogCatalog catalog, Time time) {
        LogSettings settings = LogSettings.fromKafka(CONFIG);
        PartitionLog log = catalog.get(Topic.CLUSTER_METADATA_TOPIC_NAME, 0);
        if (log == null) {
            log = create(catalog, settings);
        } else {
            log.updateSettings(settings);
        }
        return new PartitionJournal(log, time);
    }

    private static PartitionLog create(LogCatalog catalog, LogSettings settings) {
        Uuid id = Uuid.METADATA_TOPIC_ID;
        try {
            return catalog.create(
                    new TopicKey(
                            Topic.CLUSTER_METADATA_TOPIC_NAME,
                            id.getMostSignificantBits(),
                            id.getLeastSignificantBits(),
                            0),
                    settings);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot create the metadata log", e);
        }
    }
}
