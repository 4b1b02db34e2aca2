package io.tickwire.edge.control;

import io.tickwire.edge.agent.Conductor;
import io.tickwire.edge.agent.ControlContext;
import io.tickwire.edge.agent.PartitionDirectory;
import io.tickwire.edge.agent.PartitionSpec;
import io.tickwire.edge.config.ConfigLoader;
import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.PartitionLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/** A control plane over a real catalog, its conductor on a thread of its own, and a shard that only remembers. */
public final class ControlPlaneHarness implements AutoCloseable {
    static {
        KafkaLogging.quiet();
    }

    private static final long TIMEOUT_S = 30;

    private final LogCatalog catalog;
    private final Conductor conductor = new Conductor(4096);
    private final Thread thread;
    private final KafkaControlPlane plane;
    private final Directory directory = new Directory();
    private volatile boolean running = true;

    /** Partitions as the shard would know them; functions on their logs run on the caller's thread. */
    public static final class Directory implements PartitionDirectory {
        private final Map<String, PartitionSpec> specs = new ConcurrentHashMap<>();
        private volatile boolean silent;

        private static String key(Uuid topicId, int partition) {
            return topicId + "-" + partition;
        }

        @Override
        public CompletionStage<Void> add(PartitionSpec spec) {
            specs.put(key(spec.topicId(), spec.partition()), spec);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<Void> remove(Uuid topicId, int partition) {
            specs.remove(key(topicId, partition));
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<Void> leaderEpoch(Uuid topicId, int partition, int leaderEpoch) {
            PartitionSpec old = specs.get(key(topicId, partition));
            specs.put(
                    key(topicId, partition),
                    new PartitionSpec(old.topic(), topicId, partition, leaderEpoch, old.log(), old.owner()));
            return CompletableFuture.completedStage(null);
        }

        @Override
        public <T> CompletionStage<T> onOwner(Uuid topicId, int partition, Function<PartitionLog, T> function) {
            PartitionSpec spec = specs.get(key(topicId, partition));
            if (silent) {
                return new CompletableFuture<>();
            }
            return spec == null
                    ? CompletableFuture.failedStage(new UnknownTopicOrPartitionException())
                    : CompletableFuture.completedStage(function.apply(spec.log()));
        }

        /** What was announced of a topic. */
        public List<PartitionSpec> of(String topic) {
            return specs.values().stream()
                    .filter(spec -> spec.topic().equals(topic))
                    .toList();
        }

        /** From now on no function is run, nor ever answered: the shard's thread is gone. */
        public void fallSilent() {
            silent = true;
        }
    }

    /** Opens the data directory, with broker settings by Kafka's names, and starts. */
    public ControlPlaneHarness(Path dataDir, Map<String, String> broker) throws IOException {
        catalog = LogCatalog.open(dataDir, CatalogOptions.defaults());
        Map<String, String> settings = new HashMap<>();
        settings.put("data.dir", dataDir.toString());
        settings.put("kafka.listen", "127.0.0.1:9092");
        broker.forEach((name, value) -> settings.put("kafka." + name, value));
        plane = new KafkaControlPlane(new ControlContext(
                ConfigLoader.load(null, settings),
                catalog,
                conductor,
                directory,
                () -> new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 9092),
                Thread::new,
                settingsNow -> {}));
        CompletableFuture<Void> started = new CompletableFuture<>();
        thread = new Thread(() -> run(started), "conductor");
        thread.start();
        started.join();
    }

    private void run(CompletableFuture<Void> started) {
        conductor.onStart();
        try {
            plane.start();
            started.complete(null);
        } catch (RuntimeException e) {
            started.completeExceptionally(e);
            return;
        }
        while (running) {
            if (conductor.doWork() == 0) {
                conductor.park();
            }
        }
    }

    /** Sends a request to its handler on the conductor's thread and waits for the answer; failures are thrown as they are. */
    public <T extends ApiMessage> T call(ApiKeys key, int version, ApiMessage request, Class<T> type) throws Exception {
        return call(key, version, request, type, TimeUnit.SECONDS.toMillis(TIMEOUT_S));
    }

    /** As above, but waits so long only. */
    public <T extends ApiMessage> T call(ApiKeys key, int version, ApiMessage request, Class<T> type, long timeoutMs)
            throws Exception {
        ControlHandler handler = plane.handlers().stream()
                .filter(candidate -> candidate.key() == key)
                .findFirst()
                .orElseThrow();
        RequestContext context = new RequestContext(
                new RequestHeader(key, (short) version, "test", 1),
                "connection",
                InetAddress.getLoopbackAddress(),
                KafkaPrincipal.ANONYMOUS,
                ListenerName.normalised("PLAINTEXT"),
                SecurityProtocol.PLAINTEXT,
                ClientInformation.EMPTY,
                false);
        CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
        conductor.execute(() -> {
            try {
                handler.handle(context, request).whenComplete((value, failure) -> {
                    if (failure == null) {
                        answer.complete(value);
                    } else {
                        answer.completeExceptionally(failure);
                    }
                });
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return type.cast(answer.get(timeoutMs, TimeUnit.MILLISECONDS));
    }

    /** The control plane itself. */
    public KafkaControlPlane plane() {
        return plane;
    }

    /** What the shard was told. */
    public Directory directory() {
        return directory;
    }

    /** The logs. */
    public LogCatalog catalog() {
        return catalog;
    }

    @Override
    public void close() throws IOException {
        running = false;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        plane.close();
        conductor.onClose();
        catalog.close();
    }
}
