package io.tickwire.edge.quota;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.Quota;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.network.Session;
import org.apache.kafka.server.config.ClientQuotaManagerConfig;
import org.apache.kafka.server.config.QuotaConfig;
import org.apache.kafka.server.quota.ClientQuotaEntity.ConfigEntity;
import org.apache.kafka.server.quota.ClientQuotaManager;
import org.apache.kafka.server.quota.ControllerMutationQuota;
import org.apache.kafka.server.quota.ControllerMutationQuotaManager;
import org.apache.kafka.server.quota.QuotaType;

/**
 * The quotas of users and client ids, measured and judged by Kafka's own classes (KIP-13, KIP-124, KIP-599). Any thread.
 *
 * <p>While no quota is set anywhere, {@link #any()} is all that a request costs: plain reads, no lock, no allocation. What a
 * quota measures is forgotten an hour after its client's last request.
 */
public final class ClientQuotas implements AutoCloseable {
    private final Time time;
    private final Metrics metrics;
    private final ClientQuotaManager produce;
    private final ClientQuotaManager fetch;
    private final RequestQuotaManager request;
    private final ControllerMutationQuotaManager mutation;

    private ClientQuotas(ClientQuotaManagerConfig config, ClientQuotaManagerConfig controller, Time time) {
        this.time = time;
        metrics = new Metrics(new MetricConfig(), List.of(), time, true);
        produce = new ClientQuotaManager(config, metrics, QuotaType.PRODUCE, time, "");
        fetch = new ClientQuotaManager(config, metrics, QuotaType.FETCH, time, "");
        request = new RequestQuotaManager(config, metrics, time);
        mutation = new ControllerMutationQuotaManager(controller, metrics, time, "", Optional.empty());
        // Connections mute themselves: nobody is handed to the threads that would do it.
        List.of(produce, fetch, request, mutation).forEach(ClientQuotaManager::initiateShutdown);
    }

    /** Quotas with windows as configured by {@code quota.window.*} and {@code controller.quota.window.*}; none is set yet. */
    public static ClientQuotas of(AbstractConfig settings, Time time) {
        return new ClientQuotas(
                new ClientQuotaManagerConfig(
                        settings.getInt(QuotaConfig.NUM_QUOTA_SAMPLES_CONFIG),
                        settings.getInt(QuotaConfig.QUOTA_WINDOW_SIZE_SECONDS_CONFIG)),
                new ClientQuotaManagerConfig(
                        settings.getInt(QuotaConfig.NUM_CONTROLLER_QUOTA_SAMPLES_CONFIG),
                        settings.getInt(QuotaConfig.CONTROLLER_QUOTA_WINDOW_SIZE_SECONDS_CONFIG)),
                time);
    }

    /** Quotas with Kafka's default windows; none is set yet. */
    public static ClientQuotas withDefaults(Time time) {
        return new ClientQuotas(new ClientQuotaManagerConfig(), new ClientQuotaManagerConfig(), time);
    }

    /**
     * Sets or removes a quota.
     *
     * @param key Kafka's name: producer_byte_rate, consumer_byte_rate, request_percentage, controller_mutation_rate; others are
     *     not about what is measured here
     * @param user a user, the default one, or none
     * @param clientId a client id, the default one, or none
     */
    public void update(
            String key, Optional<ConfigEntity> user, Optional<ConfigEntity> clientId, Optional<Quota> quota) {
        ClientQuotaManager manager = switch (key) {
            case QuotaConfig.PRODUCER_BYTE_RATE_OVERRIDE_CONFIG -> produce;
            case QuotaConfig.CONSUMER_BYTE_RATE_OVERRIDE_CONFIG -> fetch;
            case QuotaConfig.REQUEST_PERCENTAGE_OVERRIDE_CONFIG -> request;
            case QuotaConfig.CONTROLLER_MUTATION_RATE_OVERRIDE_CONFIG -> mutation;
            default -> null;
        };
        if (manager != null) {
            manager.updateQuota(user, clientId, quota);
        }
    }

    /** Whether any quota that concerns every request is set. */
    public boolean any() {
        return produce.quotasEnabled() || fetch.quotasEnabled() || request.quotasEnabled();
    }

    /** Counts bytes produced; the time to wait, milliseconds. */
    int produced(Session session, String clientId, long bytes) {
        return produce.maybeRecordAndGetThrottleTimeMs(session, clientId, (double) bytes, time.milliseconds());
    }

    /** Counts bytes fetched; the time to wait, milliseconds. */
    int fetched(Session session, String clientId, long bytes) {
        return fetch.maybeRecordAndGetThrottleTimeMs(session, clientId, (double) bytes, time.milliseconds());
    }

    /** Takes back what was counted: the bytes were not sent after all. */
    void notFetched(Session session, String clientId, long bytes) {
        if (fetch.quotasEnabled()) {
            fetch.unrecordQuotaSensor(session, clientId, (double) bytes, time.milliseconds());
        }
    }

    /** Most bytes that one fetch may take without using up more than the whole window. */
    long largestFetch(Session session, String clientId) {
        return (long) Math.min(fetch.maxValueInQuotaWindow(session, clientId), Integer.MAX_VALUE);
    }

    /** Counts thread time; the time to wait, milliseconds. */
    public int served(Session session, String clientId, long usedNs) {
        return request.record(session, clientId, usedNs, time.milliseconds());
    }

    /**
     * What a client may still change through the controller.
     *
     * @param strict whether more is refused with THROTTLING_QUOTA_EXCEEDED; older requests only wait
     */
    public ControllerMutationQuota mutations(Session session, String clientId, boolean strict) {
        return strict
                ? mutation.newStrictQuotaFor(session, clientId)
                : mutation.newPermissiveQuotaFor(session, clientId);
    }

    @Override
    public void close() {
        metrics.close();
    }
}
