package io.tickwire.edge.metadata;

import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.controller.QuorumFeatures;
import org.apache.kafka.metadata.VersionRange;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.common.TransactionVersion;

/** Features of this release and their levels. */
public final class SupportedFeatures {
    /**
     * At level 2 (KIP-890) a producer no longer announces its partitions: the Produce request itself has to add them, which
     * the data plane does not do. At level 1 producers announce them, as before.
     */
    private static final short HIGHEST_TRANSACTION_VERSION = TransactionVersion.TV_1.featureLevel();

    private SupportedFeatures() {}

    /** What is supported, by feature. */
    public static Map<String, VersionRange> ranges() {
        Map<String, VersionRange> ranges = new TreeMap<>(QuorumFeatures.defaultSupportedFeatureMap(false));
        ranges.computeIfPresent(
                TransactionVersion.FEATURE_NAME,
                (name, range) -> VersionRange.of(range.min(), HIGHEST_TRANSACTION_VERSION));
        return ranges;
    }

    /** The levels that a new cluster starts at: Kafka's own for this release, as far as they are supported. */
    static Map<String, Short> initialLevels(MetadataVersion version) {
        Map<String, VersionRange> ranges = ranges();
        Map<String, Short> levels = new TreeMap<>();
        for (Feature feature : Feature.PRODUCTION_FEATURES) {
            short level = feature.defaultLevel(version);
            VersionRange range = ranges.get(feature.featureName());
            levels.put(feature.featureName(), range == null ? level : (short) Math.min(level, range.max()));
        }
        return levels;
    }
}
