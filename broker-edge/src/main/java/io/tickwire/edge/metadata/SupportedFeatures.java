package io.tickwire.edge.metadata;

import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.controller.QuorumFeatures;
import org.apache.kafka.metadata.VersionRange;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/** Features of this release and their levels. */
public final class SupportedFeatures {
    private SupportedFeatures() {}

    /** What is supported, by feature. */
    public static Map<String, VersionRange> ranges() {
        return new TreeMap<>(QuorumFeatures.defaultSupportedFeatureMap(false));
    }

    /** The levels that a new cluster starts at: Kafka's own for this release. */
    static Map<String, Short> initialLevels(MetadataVersion version) {
        Map<String, Short> levels = new TreeMap<>();
        for (Feature feature : Feature.PRODUCTION_FEATURES) {
            levels.put(feature.featureName(), feature.defaultLevel(version));
        }
        return levels;
    }
}
