package io.tickwire.edge.handler;

import java.util.Map;
import org.apache.kafka.common.feature.Features;
import org.apache.kafka.common.feature.SupportedVersionRange;

/**
 * Cluster features as ApiVersions reports them.
 *
 * @param supported what this broker supports
 * @param finalized feature levels in force
 * @param epoch metadata offset at which they came into force; -1 when unknown
 */
public record FeatureSnapshot(Features<SupportedVersionRange> supported, Map<String, Short> finalized, long epoch) {
    /** Nothing known yet. */
    public static final FeatureSnapshot NONE = new FeatureSnapshot(Features.emptySupportedFeatures(), Map.of(), -1);

    /** Copies the map. */
    public FeatureSnapshot {
        finalized = Map.copyOf(finalized);
    }
}
