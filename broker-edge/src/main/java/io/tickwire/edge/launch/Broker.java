package io.tickwire.edge.launch;

import io.tickwire.edge.agent.Conductor;
import io.tickwire.edge.agent.ControlContext;
import io.tickwire.edge.agent.ControlPlane;
import io.tickwire.edge.agent.PartitionObserver;
import io.tickwire.edge.agent.Shard;
import io.tickwire.edge.agent.ShardDirectory;
import io.tickwire.edge.agent.ShardTask;
import io.tickwire.edge.config.ConfigException;
import io.tickwire.edge.config.HostPort;
import io.tickwire.edge.config.NetMode;
import io.tickwire.edge.config.TickwireConfig;
import io.tickwire.edge.connection.ConnectionLimits;
import io.tickwire.edge.handler.ConnectionObserver;
import io.tickwire.edge.handler.Handler;
import io.tickwire.edge.handler.HandlerTable;
import io.tickwire.edge.handler.HotResponsePool;
import io.tickwire.edge.handler.fetch.FetchHandler;
import io.tickwire.edge.handler.offsets.DeleteRecordsHandler;
import io.tickwire.edge.handler.offsets.ListOffsetsHandler;
import io.tickwire.edge.handler.offsets.OffsetForLeaderEpochHandler;
import io.tickwire.edge.handler.produce.ProduceHandler;
import io.tickwire.edge.handler.share.ShareAcknowledgeHandler;
import io.tickwire.edge.handler.share.ShareFetchHandler;
import io.tickwire.edge.handler.share.ShareHost;
import io.tickwire.edge.handler.share.ShareMembership;
import io.tickwire.edge.handler.share.SharePartitions;
import io.tickwire.net.transport.KernelTransport;
import io.tickwire.net.transport.KernelTransportSettings;
import io.tickwire.net.transport.Transport;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.LogPretoucher;
import io.tickwire.storage.log.LogSyncer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.agrona.concurrent.SystemEpochClock;

/** A running broker: opens its data directory, starts its threads, and ends in the opposite order. */
public final class Broker implements AutoCloseable {
    private static final int CONDUCTOR_QUEUE = 1 << 16;
    private static final int READ_BUFFER_BYTES = 256 << 10;
    private static final int UNLIMITED = -1;

    private final BrokerThreads threads = new BrokerThreads();
    private final CountDownLatch terminated = new CountDownLatch(1);
    private final AtomicBoolean closing = new AtomicBoolean();
    private final TickwireConfig config;
    private final Conductor conductor = new Conductor(CONDUCTOR_QUEUE);
    private final LogCatalog catalog;
    private final Shard shard;
    private AgentLoop shardLoop;
    private AgentLoop conductorLoop;
    private Thread shardThread;
    private Thread conductorThread;
    private Thread syncerThread;
    private Thread pretoucherThread;
    private Compaction compaction;
    private MetricsServer metrics;
    private LogSyncer syncer;
    private LogPretoucher pretoucher;
    private volatile InetSocketAddress kafkaAddress;
    private HandlerTable handlers;
    private ControlPlane control;

    private Broker(TickwireConfig config, LogCatalog catalog, Transport transport, long epochOffsetNs) {
        this.config = config;
        this.catalog = catalog;
        shard = new Shard(transport, conductor, limits(config), epochOffsetNs);
    }

    /**
     * Starts a broker and returns when it serves.
     *
     * @param epochOffsetNs epoch time minus monotonic time, as everything that stamps records was given it
     * @param plane makes the control plane
     * @param observers told of partitions
     * @param tasks share the shard's thread
     * @throws RuntimeException saying what stands in the way; nothing is left running then
     */
    public static Broker start(
            TickwireConfig config,
            long epochOffsetNs,
            Function<ControlContext, ControlPlane> plane,
            List<PartitionObserver> observers,
            List<? extends ShardTask> tasks) {
        Transport transport = transport(config, epochOffsetNs);
        Broker broker = new Broker(config, openCatalog(config), transport, epochOffsetNs);
        try {
            broker.run(plane, observers, tasks);
            return broker;
        } catch (RuntimeException e) {
            broker.close();
            throw e instanceof CompletionException wrapped && wrapped.getCause() instanceof RuntimeException cause
                    ? cause
                    : e;
        }
    }

    private static LogCatalog openCatalog(TickwireConfig config) {
        try {
            return LogCatalog.open(config.dataDir(), CatalogOptions.defaults());
        } catch (IOException e) {
            throw ConfigException.of("data.dir", config.dataDir().toString(), "cannot be opened: " + e.getMessage());
        }
    }

    private static Transport transport(TickwireConfig config, long epochOffsetNs) {
        if (config.net().mode() == NetMode.DPDK) {
            return DpdkTransport.open(config.net().dpdk());
        }
        return KernelTransport.open(new KernelTransportSettings(
                READ_BUFFER_BYTES,
                socketBuffer(config, "socket.send.buffer.bytes"),
                socketBuffer(config, "socket.receive.buffer.bytes"),
                () -> System.nanoTime() + epochOffsetNs));
    }

    /** Kafka's default of 100 KiB is for its own network threads: unless it is set, the kernel sizes the buffers. */
    private static int socketBuffer(TickwireConfig config, String name) {
        int bytes = config.broker().containsKey(name) ? config.brokerInt(name) : UNLIMITED;
        return Math.max(bytes, 0);
    }

    private static ConnectionLimits limits(TickwireConfig config) {
        return new ConnectionLimits(
                config.brokerInt("socket.request.max.bytes"),
                config.brokerInt("max.connections"),
                config.brokerInt("max.connections.per.ip"),
                config.brokerLong("connections.max.idle.ms") * 1_000_000,
                config.kafka().inflightBytes());
    }

    private void run(
            Function<ControlContext, ControlPlane> plane,
            List<PartitionObserver> observers,
            List<? extends ShardTask> tasks) {
        long spinUs = config.threading().spinUs();
        shardLoop = new AgentLoop(shard, shard::park, spinUs < 0 ? -1 : spinUs * 1000, this::halt);
        conductorLoop = new AgentLoop(conductor, conductor::park, 0, this::halt);
        shardThread = threads.start("tickwire-shard-0", shardLoop);
        conductorThread = threads.start("tickwire-conductor", conductorLoop);
        syncer = new LogSyncer(shard::synced);
        catalog.syncer(syncer);
        syncerThread = threads.start("tickwire-syncer", syncer);
        pretoucher = new LogPretoucher();
        catalog.pretoucher(pretoucher);
        pretoucherThread = threads.start("tickwire-pretoucher", pretoucher);
        kafkaAddress = shard.listen(resolve(config.kafka().listen())).join();
        control = plane.apply(new ControlContext(
                config, catalog, conductor, new ShardDirectory(shard, observers), () -> kafkaAddress, threads));
        CompletableFuture.runAsync(control::start, conductor).join();
        new LogUpkeep(conductor, catalog, config.brokerLong("log.retention.check.interval.ms")).start();
        compaction = new Compaction(config, catalog, threads);
        HotResponsePool responses = new HotResponsePool();
        ProduceHandler produce = new ProduceHandler(
                shard.partitions(),
                responses,
                shard.deadlines(),
                SystemEpochClock.INSTANCE,
                control.transactions(),
                shard::post);
        FetchHandler fetch = new FetchHandler(
                shard.partitions(),
                responses,
                shard.deadlines(),
                config.brokerInt("fetch.max.bytes"),
                config.brokerInt("max.incremental.fetch.session.cache.slots"));
        SharePartitions shares = new SharePartitions(
                new ShareHost(shard.partitions(), shard.deadlines(), shard::post, shard::nowNs), control.shares());
        ShareMembership members = new ShareMembership(shares);
        List<ConnectionObserver> connectionObservers = new ArrayList<>(control.observers());
        connectionObservers.add(members::connectionClosed);
        List<Handler> all = new ArrayList<>(control.handlers());
        all.add(new ShareFetchHandler(members, config.brokerInt("fetch.max.bytes")));
        all.add(new ShareAcknowledgeHandler(members));
        all.add(produce);
        all.add(fetch);
        all.add(new ListOffsetsHandler(shard.partitions()));
        all.add(new OffsetForLeaderEpochHandler(shard.partitions()));
        all.add(new DeleteRecordsHandler(catalog));
        handlers = new HandlerTable(all, control::features, control.quotas());
        shard.open(handlers, List.of(produce, fetch, shares), tasks, connectionObservers)
                .join();
        metrics = config.metricsListen()
                .map(address -> new MetricsServer(address, shard, conductor, compaction.cleaner(), members))
                .orElse(null);
    }

    private static InetSocketAddress resolve(HostPort address) {
        InetSocketAddress resolved = new InetSocketAddress(address.host(), address.port());
        if (resolved.isUnresolved()) {
            throw ConfigException.of("kafka.listen", address.toString(), "this host name has no address");
        }
        return resolved;
    }

    /** A thread has died: what is journalled is safe, and nothing else can be promised. */
    private void halt() {
        threads.start("tickwire-halt", this::close);
    }

    /** Where Kafka clients connect. */
    public InetSocketAddress kafkaAddress() {
        return kafkaAddress;
    }

    /** Port on which metrics are served, or 0. */
    public int metricsPort() {
        return metrics == null ? 0 : metrics.port();
    }

    /** All handlers. */
    public HandlerTable handlers() {
        return handlers;
    }

    /** The control plane. */
    public ControlPlane control() {
        return control;
    }

    /** Blocks until the broker has ended. */
    public void awaitTermination() throws InterruptedException {
        terminated.await();
    }

    @Override
    public void close() {
        if (closing.getAndSet(true)) {
            return;
        }
        try {
            if (metrics != null) {
                metrics.close();
            }
            if (compaction != null) {
                compaction.close();
            }
            if (shardThread != null) {
                shardLoop.stop();
                shard.wakeup();
                BrokerThreads.join(shardThread);
            }
            if (conductorThread != null) {
                if (control != null) {
                    ControlPlane plane = control;
                    conductor.execute(() -> conductor.closeLater(plane));
                }
                conductorLoop.stop();
                BrokerThreads.join(conductorThread);
            }
            if (syncerThread != null) {
                syncer.close();
                BrokerThreads.join(syncerThread);
            }
            if (pretoucherThread != null) {
                pretoucher.close();
                BrokerThreads.join(pretoucherThread);
            }
            catalog.close();
        } catch (IOException e) {
            throw new UncheckedIOException("data directory " + config.dataDir() + " did not close cleanly", e);
        } finally {
            terminated.countDown();
        }
    }
}
