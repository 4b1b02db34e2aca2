package io.tickwire.edge.launch.feed;

import io.tickwire.edge.config.ConfigLoader;
import io.tickwire.edge.launch.Assembly;
import io.tickwire.edge.launch.Broker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A broker in a process of its own, which can be killed. {@link #main} is that process. */
final class SoakBroker {
    static final String TOPIC = "soak";
    static final int RING_BYTES = 64 * 1024;

    private final Path directory;
    private final int port;
    private Process process;

    SoakBroker(final Path directory, final int port) {
        this.directory = directory;
        this.port = port;
    }

    /** Runs until its standard input ends. */
    public static void main(final String[] args) throws IOException {
        final Path directory = Path.of(args[0]);
        try (Broker broker = Assembly.start(ConfigLoader.load(
                null,
                Map.of(
                        "data.dir", data(directory).toString(),
                        "shm.dir", shm(directory).toString(),
                        "shm.ring.bytes", Integer.toString(RING_BYTES),
                        "kafka.listen", "127.0.0.1:" + args[1])))) {
            System.out.println("ready " + broker.kafkaAddress().getPort());
            System.out.flush();
            while (System.in.read() >= 0) {
                // Until it ends.
            }
        }
    }

    static Path data(final Path directory) {
        return directory.resolve("data");
    }

    static Path shm(final Path directory) {
        return directory.resolve("shm");
    }

    String bootstrap() {
        return "127.0.0.1:" + port;
    }

    void start() throws IOException {
        process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "@" + Path.of("src/main/launch/jvm.args").toAbsolutePath(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        SoakBroker.class.getName(),
                        directory.toString(),
                        Integer.toString(port))
                .redirectError(directory.resolve("broker.log").toFile())
                .start();
        final List<String> said = new java.util.ArrayList<>();
        final java.io.BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.equals("ready " + port)) {
                return;
            }
            said.add(line);
        }
        throw new IOException("the broker did not start: " + said);
    }

    /** As SIGKILL does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    void stop() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            throw new IOException("the broker does not stop");
        }
    }
}
