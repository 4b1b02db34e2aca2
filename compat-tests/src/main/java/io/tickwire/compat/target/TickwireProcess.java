package io.tickwire.compat.target;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Tickwire in a child process, with the launcher's own JVM flags, from this process's class path. */
public final class TickwireProcess implements FaultyTarget {

    private static final long START_TIMEOUT_MS = 60_000;
    private static final long STOP_TIMEOUT_MS = 20_000;
    private static final Pattern OWN_THREADS = Pattern.compile("\"(tickwire-|quorum-controller)");
    private static final Pattern READY = Pattern.compile("(?m)^READY kafka=(\\S+)");

    private final String name;
    private final Path directory;
    private final int port;
    private final ChildJvm broker;

    private TickwireProcess(String name, Path directory, int port, ChildJvm broker) {
        this.name = name;
        this.directory = directory;
        this.port = port;
        this.broker = broker;
    }

    /** Starts a broker over kernel sockets; {@code keys} are Tickwire's own configuration keys. */
    public static TickwireProcess start(BrokerSettings settings, Map<String, String> keys, String... jvmArguments) {
        return start("tickwire", settings, keys, List.of(jvmArguments));
    }

    private static TickwireProcess start(
            String name, BrokerSettings settings, Map<String, String> keys, List<String> jvmArguments) {
        Path directory = TargetFiles.makeDirectory("broker");
        int port = TargetFiles.freePorts(1)[0];
        Map<String, String> all = new TreeMap<>();
        settings.values().forEach((key, value) -> all.put("kafka." + key, value));
        all.put("data.dir", directory.resolve("data").toString());
        all.put("shm.dir", directory.resolve("shm").toString());
        // On a disk, not in memory: rings for the hundreds of topics of a suite would be a gigabyte of writes.
        all.put("shm.max.bytes", "128 MiB");
        all.put("kafka.listen", "127.0.0.1:" + port);
        all.putAll(keys);
        List<String> program = new ArrayList<>(List.of("io.tickwire.edge.launch.Main", "start"));
        all.forEach((key, value) -> program.addAll(List.of("--set", key + "=" + value)));
        List<String> arguments = new ArrayList<>(List.of("@" + launchArguments()));
        arguments.addAll(jvmArguments.isEmpty() ? List.of("-Xmx768m") : jvmArguments);
        ChildJvm broker = new ChildJvm(arguments, System.getProperty("java.class.path"), program, directory);
        TickwireProcess target = new TickwireProcess(name, directory, port, broker);
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
        return "127.0.0.1:" + port;
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
        TargetFiles.deleteRecursively(directory);
    }
}
