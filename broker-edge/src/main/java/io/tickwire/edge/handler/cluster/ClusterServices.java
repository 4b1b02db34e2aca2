package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.metadata.ClusterMetadata;
import io.tickwire.edge.metadata.EffectiveConfigs;
import io.tickwire.edge.metadata.ImageFeed;
import io.tickwire.edge.metadata.TopicCreator;
import io.tickwire.edge.quota.ClientQuotas;
import io.tickwire.edge.security.AccessControl;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.network.Session;
import org.apache.kafka.server.quota.ControllerMutationQuota;

/**
 * What the cluster's handlers share.
 *
 * @param metadata the controller's side: changes
 * @param cache what clients see
 * @param images tells when a change is in effect
 * @param topics creation on first use
 * @param configs effective configuration
 * @param access who may do what
 * @param quotas how much of it
 */
public record ClusterServices(
        ClusterMetadata metadata,
        KRaftMetadataCache cache,
        ImageFeed images,
        TopicCreator topics,
        EffectiveConfigs configs,
        AccessControl access,
        ClientQuotas quotas) {

    /** Kafka's controller. */
    public Controller controller() {
        return metadata.controller();
    }

    /** A controller's context for a request without a deadline. */
    public static ControllerRequestContext unbounded(RequestContext context) {
        return new ControllerRequestContext(context.header.data(), context.principal, OptionalLong.empty());
    }

    /** A controller's context for a request that may take {@code timeoutMs}. */
    public static ControllerRequestContext within(RequestContext context, int timeoutMs) {
        return new ControllerRequestContext(
                context.header.data(),
                context.principal,
                OptionalLong.of(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs)));
    }

    /**
     * What a request may still change (KIP-599).
     *
     * @param strictSince first version that knows THROTTLING_QUOTA_EXCEEDED
     */
    ControllerMutationQuota mutations(RequestContext context, int strictSince) {
        return quotas.mutations(
                new Session(context.principal, context.clientAddress),
                context.header.clientId(),
                context.apiVersion() >= strictSince);
    }

    /** A controller's context for a request that may take {@code timeoutMs} and change what the quota allows. */
    static ControllerRequestContext within(RequestContext context, int timeoutMs, ControllerMutationQuota quota) {
        return new ControllerRequestContext(
                context.header.data(),
                context.principal,
                OptionalLong.of(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs)),
                quota::record);
    }

    /** Holds an answer back until what it reports is in effect. */
    public <T> Function<T, CompletionStage<T>> whenApplied() {
        return answer -> images.applied(metadata.committedOffset()).thenApply(ignored -> answer);
    }
}
