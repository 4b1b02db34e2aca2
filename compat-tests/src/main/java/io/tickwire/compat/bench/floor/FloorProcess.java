package io.tickwire.compat.bench.floor;

import io.tickwire.compat.target.ChildJvm;
import io.tickwire.compat.target.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.agrona.IoUtil;

/** {@link FloorBroker} in a child process. */
public final class FloorProcess implements Target {
    private static final long START_TIMEOUT_MS = 180_000;
    private static final Pattern READY = Pattern.compile("(?m)^READY kafka=(\\S+)");

    private final Path directory;
    private final ChildJvm broker;
    private final String bootstrap;

    private FloorProcess(Path directory, ChildJvm broker, String bootstrap) {
        this.directory = directory;
        this.broker = broker;
        this.bootstrap = bootstrap;
    }

    /** Starts the broker. */
    public static FloorProcess start(List<String> jvmArguments) {
        try {
            Path directory = Files.createTempDirectory("tickwire-floor-");
            ChildJvm broker = new ChildJvm(
                    jvmArguments,
                    System.getProperty("java.class.path"),
                    List.of(FloorBroker.class.getName()),
                    directory);
            broker.start();
            return new FloorProcess(
                    directory,
                    broker,
                    broker.awaitOutput(READY, START_TIMEOUT_MS).group(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String name() {
        return "floor";
    }

    @Override
    public String bootstrap() {
        return bootstrap;
    }

    /** Returns the process's id. */
    public long pid() {
        return broker.pid();
    }

    @Override
    public void close() {
        broker.kill();
        IoUtil.delete(directory.toFile(), true);
    }
}
