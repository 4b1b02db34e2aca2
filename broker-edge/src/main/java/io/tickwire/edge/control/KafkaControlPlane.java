package io.tickwire.edge.control;

import io.tickwire.edge.agent.ControlContext;
import io.tickwire.edge.agent.ControlPlane;
import io.tickwire.edge.agent.TransactionGate;
import io.tickwire.edge.config.HostPort;
import io.tickwire.edge.group.GroupService;
import io.tickwire.edge.group.LocalPersister;
import io.tickwire.edge.group.ShareStateService;
import io.tickwire.edge.handler.ConnectionObserver;
import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.handler.FeatureSnapshot;
import io.tickwire.edge.handler.share.ShareServices;
import io.tickwire.edge.handler.transaction.TransactionServices;
import io.tickwire.edge.metadata.BrokerConfigFeed;
import io.tickwire.edge.metadata.BrokerSettings;
import io.tickwire.edge.metadata.ClusterMetadata;
import io.tickwire.edge.metadata.EffectiveConfigs;
import io.tickwire.edge.metadata.ImageFeed;
import io.tickwire.edge.metadata.LatestOffsets;
import io.tickwire.edge.metadata.MetadataLog;
import io.tickwire.edge.metadata.NodeIdentity;
import io.tickwire.edge.metadata.PartitionReconciler;
import io.tickwire.edge.metadata.QuotaFeed;
import io.tickwire.edge.metadata.TelemetryFeed;
import io.tickwire.edge.metadata.TopicCreator;
import io.tickwire.edge.quota.ClientQuotas;
import io.tickwire.edge.security.AccessControl;
import io.tickwire.edge.transaction.MarkerWriter;
import io.tickwire.edge.transaction.ProducerIds;
import io.tickwire.edge.transaction.TransactionGateway;
import io.tickwire.edge.transaction.TransactionHousekeeping;
import io.tickwire.edge.transaction.TransactionLimits;
import io.tickwire.edge.transaction.TransactionQueries;
import io.tickwire.edge.transaction.TransactionService;
import io.tickwire.edge.transaction.TransactionTopic;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.transaction.TransactionLogConfig;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.common.FinalizedFeatures;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.common.TransactionVersion;
import org.apache.kafka.server.config.ServerConfigs;

/** The control plane over Kafka's own libraries; see {@code docs/control-plane.md}. */
public final class KafkaControlPlane implements ControlPlane {
    /** One broker: its id has nobody to differ from. */
    public static final int NODE_ID = 1;

    private final ControlContext context;
    private final ControlExecutor control;
    private final NodeIdentity identity;
    private final KRaftMetadataCache cache;
    private final Time time = Time.SYSTEM;
    private BrokerSettings settings;
    private ClusterMetadata metadata;
    private ShareStateService shareState;
    private ShareServices shares;
    private GroupService groups;
    private TopicCreator topics;
    private TransactionGate gate;
    private ClientQuotas quotas;
    private Telemetry telemetry;
    private List<ControlHandler> handlers = List.of();

    /** Prepares the control plane; nothing runs before {@link #start}. */
    public KafkaControlPlane(ControlContext context) {
        this.context = context;
        this.control = new ControlExecutor(context.conductor());
        this.identity = NodeIdentity.load(context.config().dataDir(), NODE_ID);
        this.cache = new KRaftMetadataCache(NODE_ID, () -> KRaftVersion.KRAFT_VERSION_0);
    }

    @Override
    public void start() {
        InetSocketAddress advertised = advertised();
        settings = BrokerSettings.of(
                NODE_ID,
                context.config().dataDir().toString(),
                advertised.getHostString(),
                advertised.getPort(),
                context.config().broker());
        EffectiveConfigs configs = new EffectiveConfigs(settings);
        AccessControl access = new AccessControl(Optional.empty());
        startGroups(configs, access);
        MarkerWriter markers = new MarkerWriter(cache, context.partitions(), groups.coordinator());
        ProducerIds ids = new ProducerIds(() -> metadata, cache);
        TransactionService transactions = new TransactionService(
                control,
                context.conductor()::schedule,
                ids,
                markers,
                this::transactionPartitions,
                TransactionLimits.of(settings, () -> verifiesPartitions(configs), this::transactionVersion),
                time);
        gate = new TransactionGateway(transactions, control, context.conductor()::schedule, time);
        groups.admission(gate);
        PartitionReconciler partitions = new PartitionReconciler(
                control, context.catalog(), context.partitions(), configs, List.of(groups, transactions, shareState));
        ImageFeed images = imageFeed(partitions, new BrokerConfigFeed(configs, context.brokerSettings()));
        metadata = ClusterMetadata.open(
                identity, settings, MetadataLog.open(context.catalog(), time), List.of(images), time);
        topics = new TopicCreator(metadata, images);
        internalTopics(transactions.topic());
        TransactionServices transaction = new TransactionServices(
                transactions,
                new TransactionQueries(transactions, time),
                ids,
                markers,
                groups.coordinator(),
                cache,
                access);
        handlers = new HandlerList(
                        metadata,
                        cache,
                        images,
                        topics,
                        configs,
                        access,
                        quotas,
                        telemetry.manager(),
                        groups,
                        shareState,
                        transaction,
                        context.catalog())
                .build();
        metadata.registerBroker(advertised, settings.getString(ServerConfigs.BROKER_RACK_CONFIG));
        control.await(images.applied(metadata.committedOffset()));
        control.start();
        new TransactionHousekeeping(transactions, context.conductor()::schedule, time).start();
    }

    private void startGroups(EffectiveConfigs configs, AccessControl access) {
        shareState = new ShareStateService(configs, cache, time);
        LocalPersister persister =
                new LocalPersister(shareState.coordinator(), this::shareStateTopic, context.conductor()::schedule);
        groups = new GroupService(
                configs, cache, Optional.empty(), persister, new LatestOffsets(context.catalog()), time);
        shares = new ShareServices(cache, access, persister, groups.groupConfigs(), settings.shareGroup());
    }

    private ImageFeed imageFeed(PartitionReconciler partitions, BrokerConfigFeed brokerConfigs) {
        quotas = ClientQuotas.of(settings, time);
        telemetry = new Telemetry(settings, time);
        return new ImageFeed(
                control,
                cache,
                List.of(
                        partitions,
                        groups,
                        shareState,
                        brokerConfigs,
                        new QuotaFeed(quotas),
                        new TelemetryFeed(telemetry.manager())));
    }

    private void internalTopics(String transactionTopic) {
        topics.internal(groups.topic(), settings.group().offsetsTopicPartitions(), groups::topicConfigs);
        topics.internal(
                shareState.topic(),
                settings.shareCoordinator().shareCoordinatorStateTopicNumPartitions(),
                shareState::topicConfigs);
        topics.internal(
                transactionTopic,
                settings.getInt(TransactionLogConfig.TRANSACTIONS_TOPIC_PARTITIONS_CONFIG),
                () -> TransactionTopic.configs(settings));
    }

    private CompletionStage<Uuid> shareStateTopic() {
        return topic(shareState.topic(), () -> topics.create(shareState.topic(), ClusterMetadata.context()));
    }

    private int transactionPartitions() {
        return cache.numPartitions(Topic.TRANSACTION_STATE_TOPIC_NAME)
                .orElseGet(() -> settings.getInt(TransactionLogConfig.TRANSACTIONS_TOPIC_PARTITIONS_CONFIG));
    }

    private boolean verifiesPartitions(EffectiveConfigs configs) {
        return Boolean.parseBoolean(configs.brokerValue(
                cache.getImage(), TransactionLogConfig.TRANSACTION_PARTITION_VERIFICATION_ENABLE_CONFIG));
    }

    private TransactionVersion transactionVersion() {
        return TransactionVersion.fromFeatureLevel(
                cache.features().finalizedFeatures().getOrDefault(TransactionVersion.FEATURE_NAME, (short) 0));
    }

    private InetSocketAddress advertised() {
        InetSocketAddress bound = context.boundAddress().get();
        HostPort wanted = context.config().kafka().advertised().orElse(null);
        if (wanted != null) {
            return InetSocketAddress.createUnresolved(
                    wanted.host(), wanted.port() == 0 ? bound.getPort() : wanted.port());
        }
        return InetSocketAddress.createUnresolved(hostOf(bound.getAddress()), bound.getPort());
    }

    /** The name that was asked to listen on, or where that cannot be reached by clients, an address that can. */
    private String hostOf(InetAddress bound) {
        if (bound.isAnyLocalAddress()) {
            return Hosts.own();
        }
        // A DPDK port has one address, which also serves where loopback or any was asked for.
        String host = context.config().kafka().listen().host();
        boolean same = bound.equals(new InetSocketAddress(host, 0).getAddress());
        return same ? host : bound.getHostAddress();
    }

    @Override
    public List<ControlHandler> handlers() {
        return handlers;
    }

    @Override
    public List<ConnectionObserver> observers() {
        return List.of(telemetry.manager().connectionDisconnectListener()::onDisconnect);
    }

    @Override
    public FeatureSnapshot features() {
        if (cache.getImage().isEmpty()) {
            return FeatureSnapshot.NONE;
        }
        FinalizedFeatures finalized = cache.features();
        return new FeatureSnapshot(
                Features.supported(), finalized.finalizedFeatures(), finalized.finalizedFeaturesEpoch());
    }

    @Override
    public CompletionStage<Uuid> ensureTopic(String topic, int partitions, Map<String, String> configs) {
        return topic(topic, () -> topics.create(topic, partitions, configs, ClusterMetadata.context()));
    }

    private CompletionStage<Uuid> topic(String name, Supplier<CompletionStage<Uuid>> creation) {
        Uuid existing = cache.getTopicId(name);
        return existing.equals(Uuid.ZERO_UUID) ? creation.get() : CompletableFuture.completedStage(existing);
    }

    @Override
    public ClientQuotas quotas() {
        return quotas;
    }

    @Override
    public TransactionGate transactions() {
        return gate;
    }

    @Override
    public ShareServices shares() {
        return shares;
    }

    @Override
    public void close() {
        if (groups != null) {
            groups.close();
        }
        if (shareState != null) {
            shareState.close();
        }
        if (metadata != null) {
            metadata.close();
        }
        if (quotas != null) {
            quotas.close();
        }
        if (telemetry != null) {
            telemetry.close();
        }
    }
}
