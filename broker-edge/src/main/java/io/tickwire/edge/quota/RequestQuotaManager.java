package io.tickwire.edge.quota;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.QuotaViolationException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.network.Session;
import org.apache.kafka.server.config.ClientQuotaManagerConfig;
import org.apache.kafka.server.quota.ClientQuotaManager;
import org.apache.kafka.server.quota.QuotaType;
import org.apache.kafka.server.quota.QuotaUtils;

/** Quotas on the time that threads spend for a client, in percent of one thread (KIP-124). */
final class RequestQuotaManager extends ClientQuotaManager {
    private static final double PERCENT_PER_NANOSECOND = 100.0 / (double) TimeUnit.SECONDS.toNanos(1);

    private final long longestThrottleMs;

    RequestQuotaManager(ClientQuotaManagerConfig config, Metrics metrics, Time time) {
        super(config, metrics, QuotaType.REQUEST, time, "");
        longestThrottleMs = TimeUnit.SECONDS.toMillis(config.quotaWindowSizeSeconds());
    }

    int record(Session session, String clientId, long usedNs, long nowMs) {
        return maybeRecordAndGetThrottleTimeMs(session, clientId, (double) usedNs * PERCENT_PER_NANOSECOND, nowMs);
    }

    /** One window at most: a thread cannot be saved up. */
    @Override
    protected long throttleTime(QuotaViolationException violation, long nowMs) {
        return QuotaUtils.boundedThrottleTime(violation, longestThrottleMs, nowMs);
    }

    @Override
    protected MetricName clientQuotaMetricName(Map<String, String> tags) {
        return metrics.metricName(
                "request-time", QuotaType.REQUEST.toString(), "Time spent per user and client id", tags);
    }
}
