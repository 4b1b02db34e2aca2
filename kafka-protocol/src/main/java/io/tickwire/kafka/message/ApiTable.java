package io.tickwire.kafka.message;

import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiKeys;

/** The APIs of the pinned Kafka version, as its broker listener advertises them. */
public final class ApiTable {
    private static final List<Row> ROWS =
            Arrays.stream(ApiKeys.values()).map(ApiTable::row).toList();

    private ApiTable() {}

    /**
     * One API.
     *
     * @param key number on the wire
     * @param name Kafka's name, such as ListOffsets
     * @param minVersion first version; above {@code maxVersion} when none is left
     * @param maxVersion last stable version
     * @param firstFlexible first version with compact encodings and tagged fields; {@link Short#MAX_VALUE} for none
     * @param client true when a broker serves it on its client listener; false for the controllers' own
     */
    public record Row(short key, String name, short minVersion, short maxVersion, short firstFlexible, boolean client) {
        /** True when this version exists and is stable. */
        public boolean serves(final short version) {
            return version >= minVersion && version <= maxVersion;
        }
    }

    /** All APIs, by key. */
    public static List<Row> rows() {
        return ROWS;
    }

    private static Row row(final ApiKeys key) {
        if (!key.hasValidVersion()) {
            return new Row(key.id, key.name, (short) 0, (short) -1, Short.MAX_VALUE, false);
        }
        short flexible = Short.MAX_VALUE;
        for (short version = key.latestVersion(); version >= key.oldestVersion(); version--) {
            if (key.requestHeaderVersion(version) >= 2) {
                flexible = version;
            }
        }
        return new Row(
                key.id,
                key.name,
                key.oldestVersion(),
                key.latestVersion(),
                flexible,
                key.messageType.listeners().contains(ApiMessageType.ListenerType.BROKER));
    }
}
