package io.tickwire.edge.control;

import io.tickwire.edge.metadata.SupportedFeatures;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.feature.SupportedVersionRange;

/** What this broker supports of the cluster's features, for ApiVersions. */
final class Features {
    private static final org.apache.kafka.common.feature.Features<SupportedVersionRange> SUPPORTED = build();

    private Features() {}

    static org.apache.kafka.common.feature.Features<SupportedVersionRange> supported() {
        return SUPPORTED;
    }

    private static org.apache.kafka.common.feature.Features<SupportedVersionRange> build() {
        Map<String, SupportedVersionRange> ranges = new HashMap<>();
        SupportedFeatures.ranges()
                .forEach((name, range) -> ranges.put(name, new SupportedVersionRange(range.min(), range.max())));
        return org.apache.kafka.common.feature.Features.supportedFeatures(ranges);
    }
}
