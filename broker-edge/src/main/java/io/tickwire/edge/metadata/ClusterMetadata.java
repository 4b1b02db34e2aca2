package io.tickwire.edge.metadata;

import io.tickwire.edge.metadata.journal.RecordJournal;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.controller.QuorumController;
import org.apache.kafka.controller.QuorumFeatures;
import org.apache.kafka.image.loader.MetadataLoader;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.VersionRange;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.fault.FaultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka's quorum controller and metadata loader over one journal: validation, errors and records are Kafka's own.
 *
 * <p>The controller and the loader bring a thread each; publishers are called on the loader's. Everything here may be
 * called from any thread.
 */
public final class ClusterMetadata implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterMetadata.class);
    /** The only broker is in this process: it cannot fall silent without the controller falling silent too. */
    private static final long SESSION_TIMEOUT_NS = TimeUnit.DAYS.toNanos(3650);

    private static final int START_TIMEOUT_S = 60;
    /** An event that waits for a disk to sync is slow; only one this slow is worth a line. */
    private static final long SLOW_EVENT_MS = 15_000;

    private static final long POLL_NS = 100_000;

    private final NodeIdentity identity;
    private final JournalRaftClient raft;
    private final QuorumController controller;
    private final MetadataLoader loader;

    private ClusterMetadata(NodeIdentity identity, BrokerSettings settings, RecordJournal journal, Time time)
            throws Exception {
        this.identity = identity;
        this.raft = new JournalRaftClient(journal, identity.nodeId(), time);
        FaultHandler faults = (message, cause) -> {
            LOG.error("metadata: {}", message, cause);
            return new KafkaException(message, cause);
        };
        this.loader = new MetadataLoader.Builder()
                .setNodeId(identity.nodeId())
                .setTime(time)
                .setThreadNamePrefix("tickwire-")
                .setFaultHandler(faults)
                .setHighWaterMarkAccessor(raft::highWatermark)
                .build();
        this.controller = new QuorumController.Builder(identity.nodeId(), identity.clusterId())
                .setTime(time)
                .setThreadNamePrefix("tickwire-controller-")
                .setConfigSchema(BrokerSettings.schema())
                .setRaftClient(raft)
                .setQuorumFeatures(new QuorumFeatures(identity.nodeId(), SupportedFeatures.ranges(), List.of()))
                .setDefaultReplicationFactor((short) 1)
                .setDefaultNumPartitions(settings.partitionCount())
                .setSessionTimeoutNs(SESSION_TIMEOUT_NS)
                .setLeaderImbalanceCheckIntervalNs(OptionalLong.empty())
                .setMaxIdleIntervalNs(OptionalLong.empty())
                .setConfigurationValidator(new ConfigurationRules(settings))
                .setStaticConfig(Map.copyOf(settings.given()))
                .setBootstrapMetadata(bootstrap())
                .setControllerPerformanceAlwaysLogThresholdMs(SLOW_EVENT_MS)
                .setFatalFaultHandler(faults)
                .setNonFatalFaultHandler(faults)
                .build();
    }

    /**
     * Replays the journal, becomes its controller and, in an empty one, writes the features of this release.
     *
     * @param publishers told of every change, in this order, on the loader's thread
     */
    public static ClusterMetadata open(
            NodeIdentity identity,
            BrokerSettings settings,
            RecordJournal journal,
            List<MetadataPublisher> publishers,
            Time time) {
        ClusterMetadata metadata;
        try {
            metadata = new ClusterMetadata(identity, settings, journal, time);
        } catch (Exception e) {
            throw new KafkaException("The metadata controller does not start", e);
        }
        metadata.loader.installPublishers(publishers).join();
        metadata.raft.register(metadata.loader);
        return metadata;
    }

    private static BootstrapMetadata bootstrap() {
        MetadataVersion version = MetadataVersion.latestProduction();
        return BootstrapMetadata.fromVersions(
                version, SupportedFeatures.initialLevels(version), "the defaults of this release");
    }

    /**
     * Registers the broker with what it advertises now and lets it lead.
     *
     * <p>A broker that ran before is fenced first, so that its partitions get a new leader epoch: clients then check
     * whether their positions still exist, which matters after a power failure.
     *
     * @param rack {@code broker.rack}, or null
     */
    public void registerBroker(InetSocketAddress advertised, String rack) {
        awaitActive();
        BrokerRegistrationRequestData.ListenerCollection listeners =
                new BrokerRegistrationRequestData.ListenerCollection();
        listeners.add(new BrokerRegistrationRequestData.Listener()
                .setName("PLAINTEXT")
                .setHost(advertised.getHostString())
                .setPort(advertised.getPort())
                .setSecurityProtocol(SecurityProtocol.PLAINTEXT.id));
        BrokerRegistrationRequestData.FeatureCollection features =
                new BrokerRegistrationRequestData.FeatureCollection();
        for (Map.Entry<String, VersionRange> entry : SupportedFeatures.ranges().entrySet()) {
            features.add(new BrokerRegistrationRequestData.Feature()
                    .setName(entry.getKey())
                    .setMinSupportedVersion(entry.getValue().min())
                    .setMaxSupportedVersion(entry.getValue().max()));
        }
        long epoch = await(controller.registerBroker(
                        context(),
                        new BrokerRegistrationRequestData()
                                .setBrokerId(identity.nodeId())
                                .setClusterId(identity.clusterId())
                                .setIncarnationId(identity.directoryId())
                                .setFeatures(features)
                                .setRack(rack)
                                .setListeners(listeners)
                                .setLogDirs(List.of(identity.directoryId()))))
                .epoch();
        heartbeat(epoch, true);
        heartbeat(epoch, false);
    }

    /** The controller takes over on its own thread; what is asked of it from then on waits behind its first records. */
    private void awaitActive() {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_TIMEOUT_S);
        while (!controller.isActive()) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new KafkaException("The metadata controller does not become active");
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }

    private void heartbeat(long brokerEpoch, boolean fence) {
        await(controller.processBrokerHeartbeat(
                context(),
                new BrokerHeartbeatRequestData()
                        .setBrokerId(identity.nodeId())
                        .setBrokerEpoch(brokerEpoch)
                        .setCurrentMetadataOffset(raft.logEndOffset() - 1)
                        .setWantFence(fence)));
    }

    /** The identity of a request that the broker makes of itself, without a deadline. */
    public static ControllerRequestContext context() {
        return new ControllerRequestContext(
                new RequestHeaderData().setClientId("tickwire"), KafkaPrincipal.ANONYMOUS, OptionalLong.empty());
    }

    private static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(START_TIMEOUT_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("Interrupted while the metadata controller started", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException("The metadata controller does not answer", e);
        }
    }

    /** Kafka's controller: every change of cluster state goes through it. */
    public Controller controller() {
        return controller;
    }

    /** Offset of the last committed metadata record. */
    public long committedOffset() {
        return raft.logEndOffset() - 1;
    }

    /** Epoch of the metadata log since this process started. */
    public int leaderEpoch() {
        return raft.leaderAndEpoch().epoch();
    }

    /** Who this node is. */
    public NodeIdentity identity() {
        return identity;
    }

    @Override
    public void close() {
        raft.close();
        try {
            loader.close();
            controller.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.warn("metadata: close failed", e);
        }
    }
}
