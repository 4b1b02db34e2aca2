package io.tickwire.edge.launch;

import io.tickwire.edge.agent.ControlContext;
import io.tickwire.edge.agent.ControlPlane;
import io.tickwire.edge.agent.PartitionSpec;
import io.tickwire.edge.agent.TransactionGate;
import io.tickwire.edge.handler.ConnectionObserver;
import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.handler.FeatureSnapshot;
import io.tickwire.edge.handler.share.ShareServices;
import io.tickwire.edge.metadata.BrokerSettings;
import io.tickwire.edge.quota.ClientQuotas;
import io.tickwire.edge.security.AccessControl;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.share.persister.NoOpStatePersister;

/** A control plane of topics that a test names beforehand: what the data plane needs, and nothing else. */
final class FixedTopics implements ControlPlane {
    private final ControlContext context;
    private final Map<String, Integer> topics;
    private final Map<String, Uuid> ids = new LinkedHashMap<>();
    private final ClientQuotas quotas = ClientQuotas.withDefaults(Time.SYSTEM);
    private final List<String> closedConnections = new CopyOnWriteArrayList<>();

    FixedTopics(ControlContext context, Map<String, Integer> topics) {
        this.context = context;
        this.topics = topics;
    }

    @Override
    public void start() {
        List<CompletableFuture<Void>> added = new ArrayList<>();
        topics.forEach((topic, partitions) -> {
            // The same id after a restart.
            Uuid id = new Uuid(topic.hashCode() | 1L << 40, 77);
            ids.put(topic, id);
            for (int i = 0; i < partitions; i++) {
                PartitionLog log =
                        open(new TopicKey(topic, id.getMostSignificantBits(), id.getLeastSignificantBits(), i));
                added.add(context.partitions()
                        .add(new PartitionSpec(topic, id, i, 0, log, PartitionSpec.Owner.SHARD))
                        .toCompletableFuture());
            }
        });
        CompletableFuture.allOf(added.toArray(new CompletableFuture<?>[0])).join();
    }

    private PartitionLog open(TopicKey key) {
        PartitionLog log = context.catalog().get(key.topic(), key.partition());
        try {
            return log == null ? context.catalog().create(key, LogSettings.defaults()) : log;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> closedConnections() {
        return closedConnections;
    }

    Uuid id(String topic) {
        return ids.get(topic);
    }

    ControlContext context() {
        return context;
    }

    @Override
    public List<ControlHandler> handlers() {
        return List.of(new Metadata());
    }

    @Override
    public List<ConnectionObserver> observers() {
        return List.of(closedConnections::add);
    }

    @Override
    public FeatureSnapshot features() {
        return FeatureSnapshot.NONE;
    }

    @Override
    public CompletionStage<Uuid> ensureTopic(String topic, int partitions, Map<String, String> configs) {
        return CompletableFuture.completedFuture(ids.get(topic));
    }

    @Override
    public ClientQuotas quotas() {
        return quotas;
    }

    @Override
    public TransactionGate transactions() {
        return (id, producerId, epoch, partitions, protocol) -> CompletableFuture.completedFuture(Map.of());
    }

    @Override
    public ShareServices shares() {
        BrokerSettings settings = BrokerSettings.of(1, "data", "127.0.0.1", 9092, Map.of());
        return new ShareServices(
                new KRaftMetadataCache(1, () -> KRaftVersion.KRAFT_VERSION_0),
                new AccessControl(Optional.empty()),
                new NoOpStatePersister(),
                new GroupConfigManager(
                        settings.group().extractGroupConfigMap(settings.shareGroup()),
                        settings.group(),
                        settings.shareGroup()),
                settings.shareGroup());
    }

    @Override
    public void close() {
        quotas.close();
    }

    private final class Metadata implements ControlHandler {
        @Override
        public ApiKeys key() {
            return ApiKeys.METADATA;
        }

        @Override
        public CompletionStage<ApiMessage> handle(RequestContext request, ApiMessage body) {
            MetadataResponseData response =
                    new MetadataResponseData().setClusterId("fixed").setControllerId(1);
            response.brokers()
                    .add(new MetadataResponseData.MetadataResponseBroker()
                            .setNodeId(1)
                            .setHost("127.0.0.1")
                            .setPort(context.boundAddress().get().getPort()));
            topics.forEach((topic, partitions) -> {
                MetadataResponseData.MetadataResponseTopic entry = new MetadataResponseData.MetadataResponseTopic()
                        .setName(topic)
                        .setTopicId(ids.get(topic));
                for (int i = 0; i < partitions; i++) {
                    entry.partitions()
                            .add(new MetadataResponseData.MetadataResponsePartition()
                                    .setPartitionIndex(i)
                                    .setLeaderId(1)
                                    .setLeaderEpoch(0)
                                    .setReplicaNodes(List.of(1))
                                    .setIsrNodes(List.of(1)));
                }
                response.topics().add(entry);
            });
            return CompletableFuture.completedFuture(response);
        }
    }
}
