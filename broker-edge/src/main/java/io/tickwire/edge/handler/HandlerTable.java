package io.tickwire.edge.handler;

import io.tickwire.edge.quota.ClientQuotas;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/** All handlers by API key. Immutable; read by any thread. */
public final class HandlerTable {
    private final Handler[] byKey;
    private final Supplier<FeatureSnapshot> features;
    private final ClientQuotas quotas;

    /**
     * Makes the table; the handler of ApiVersions is added to the given ones.
     *
     * @param quotas what requests are counted against
     *
     * @throws IllegalArgumentException when two handlers serve one key, or a range is not within Kafka's
     */
    public HandlerTable(List<? extends Handler> handlers, Supplier<FeatureSnapshot> features, ClientQuotas quotas) {
        this.features = features;
        this.quotas = quotas;
        int maxId =
                Arrays.stream(ApiKeys.values()).mapToInt(key -> key.id).max().orElseThrow();
        byKey = new Handler[maxId + 1];
        handlers.forEach(this::add);
        add(new ApiVersionsHandler(this));
    }

    private void add(Handler handler) {
        ApiKeys key = handler.key();
        if (byKey[key.id] != null) {
            throw new IllegalArgumentException(key + " has two handlers: " + byKey[key.id] + " and " + handler);
        }
        if (handler.minVersion() < key.oldestVersion() || handler.maxVersion() > key.latestVersion(true)) {
            throw new IllegalArgumentException(handler + " serves versions that " + key + " does not have");
        }
        byKey[key.id] = handler;
    }

    /** The handler of a key, or null when there is none. */
    public Handler find(int apiKey) {
        return apiKey >= 0 && apiKey < byKey.length ? byKey[apiKey] : null;
    }

    /** All handlers, by rising key. */
    public List<Handler> handlers() {
        return Arrays.stream(byKey)
                .filter(Objects::nonNull)
                .sorted(Comparator.comparingInt(handler -> handler.key().id))
                .toList();
    }

    /** Cluster features of this moment. */
    public FeatureSnapshot features() {
        return features.get();
    }

    /** What requests are counted against. */
    public ClientQuotas quotas() {
        return quotas;
    }

    /**
     * What ApiVersions says about the handlers. As Kafka does, it says that Produce is served from version 0 on, which it is not:
     * older librdkafka uses some codecs only when it sees that (KAFKA-18659).
     */
    public ApiVersionsResponseData.ApiVersionCollection apiVersions() {
        ApiVersionsResponseData.ApiVersionCollection versions = new ApiVersionsResponseData.ApiVersionCollection();
        for (Handler handler : handlers()) {
            if (handler.isListed()) {
                versions.add(new ApiVersionsResponseData.ApiVersion()
                        .setApiKey(handler.key().id)
                        .setMinVersion(listedFrom(handler))
                        .setMaxVersion(handler.maxVersion()));
            }
        }
        return versions;
    }

    /** KAFKA-18659: librdkafka takes a broker that does not name the first versions of Produce for a very old one. */
    private static short listedFrom(Handler handler) {
        return handler.key() == ApiKeys.PRODUCE
                ? ApiKeys.PRODUCE_API_VERSIONS_RESPONSE_MIN_VERSION
                : handler.minVersion();
    }
}
