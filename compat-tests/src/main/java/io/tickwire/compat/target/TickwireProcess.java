package io.tickwire.compat.target;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Tickwire in a child process, with the launcher's own JVM flags, from this process's class path. */
public final class TickwireProcess implements FaultyTarget {

    private static final long START_TIMEOUT_MS = 180_000;
    private static final long STOP_TIMEOUT_MS = 20_000;
    private static final Pattern OWN_THREADS = Pattern.compile("\"(tickwire-|quorum-controller)");
    private static final Pattern READY = Pattern.compile("(?m)^READY kafka=(\\S+)");

    /** Frames that the kernel keeps for the userspace stack while it does not poll: more than all connections' windows here. */
    private static final int DEVICE_FRAMES = 4_096;

    private static final int SHARDS = 3;

    private final String name;
    private final String bootstrap;
    private final Path directory;
    private final ChildJvm broker;
    private final VethCable cable;

    private TickwireProcess(String name, String bootstrap, Path directory, ChildJvm broker, VethCable cable) {
        this.name = name;
        this.bootstrap = bootstrap;
        this.directory = directory;
        this.broker = broker;
        this.cable = cable;
    }

    /** Starts a broker over kernel sockets; {@code keys} are Tickwire's own configuration keys. */
    public static TickwireProcess start(BrokerSettings settings, Map<String, String> keys, String... jvmArguments) {
        return start("tickwire", loopbackAddress(), null, settings, keys, List.of(jvmArguments));
    }

    /** Starts a broker over kernel sockets that has several shards. */
    static TickwireProcess startSharded(BrokerSettings settings) {
        Map<String, String> keys = Map.of("threading.mode", "parking", "threading.shards", Integer.toString(SHARDS));
        return start("tickwire-shards", loopbackAddress(), null, settings, keys, List.of());
    }

    /** Starts a broker over its userspace stack: DPDK's af_packet driver on a virtual cable in a namespace of its own. */
    static TickwireProcess startUserspace(BrokerSettings settings) {
        VethCable cable = VethCable.lay();
        Map<String, String> keys = Map.of(
                "net.mode",
                "dpdk",
                "net.dpdk.device",
                "net_af_packet0,iface=" + VethCable.BROKER_DEVICE + ",framecnt=" + DEVICE_FRAMES,
                "net.dpdk.address",
                VethCable.BROKER_ADDRESS + "/" + VethCable.PREFIX_LENGTH);
        return start("tickwire-dpdk", VethCable.BROKER_ADDRESS + ":9092", cable, settings, keys, List.of());
    }

    private static String loopbackAddress() {
        return "127.0.0.1:" + TargetFiles.freePorts(1)[0];
    }

    private static TickwireProcess start(
            String name,
            String bootstrap,
            VethCable cable,
            BrokerSettings settings,
            Map<String, String> keys,
            List<String> jvmArguments) {
        Path directory = TargetFiles.makeDirectory("broker");
        Map<String, String> all = new TreeMap<>();
        settings.values().forEach((key, value) -> all.put("kafka." + key, value));
        all.put("data.dir", directory.resolve("data").toString());
        all.put("shm.dir", directory.resolve("shm").toString());
        // On a disk, not in memory: rings for the hundreds of topics of a suite would be a gigabyte of writes.
        all.put("shm.max.bytes", "128 MiB");
        all.put("kafka.listen", bootstrap);
        all.putAll(keys);
        List<String> program = new ArrayList<>(List.of("io.tickwire.edge.launch.Main", "start"));
        all.forEach((key, value) -> program.addAll(List.of("--set", key + "=" + value)));
        List<String> arguments = new ArrayList<>(List.of("@" + launchArguments()));
        arguments.addAll(jvmArguments.isEmpty() ? List.of("-Xmx768m") : jvmArguments);
        ChildJvm broker = new ChildJvm(
                cable == null ? List.of() : cable.command(),
                arguments,
                System.getProperty("java.class.path"),
                program,
                directory);
        TickwireProcess target = new TickwireProcess(name, bootstrap, directory, broker, cable);
        try {
            target.restart();
        } catch (RuntimeException e) {
            target.close();
            throw e;
        }
        return target;
    }

    private static Path launchArguments() {
        return RepositoryRoot.find().resolve("broker-edge/src/main/launch/jvm.args");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String bootstrap() {
        return bootstrap;
    }

    /** Returns where the broker keeps its journal. */
    public Path dataDirectory() {
        return directory.resolve("data");
    }

    /** Returns where the broker keeps its shared-memory channels. */
    public Path sharedMemoryDirectory() {
        return directory.resolve("shm");
    }

    @Override
    public void restart() {
        broker.start();
        broker.awaitOutput(READY, START_TIMEOUT_MS);
    }

    @Override
    public void kill() {
        broker.kill();
    }

    @Override
    public void stop() {
        broker.stop(STOP_TIMEOUT_MS);
    }

    @Override
    public void pause() {
        broker.signal("STOP");
    }

    @Override
    public void resume() {
        broker.signal("CONT");
    }

    @Override
    public long pid() {
        return broker.pid();
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public String diagnosis() {
        return broker.stacks(OWN_THREADS) + broker.tail();
    }

    /** Returns the last lines the broker wrote. */
    public String output() {
        return broker.tail();
    }

    @Override
    public void close() {
        broker.kill();
        if (cable != null) {
            cable.close();
        }
        TargetFiles.deleteRecursively(directory);
    }
}
