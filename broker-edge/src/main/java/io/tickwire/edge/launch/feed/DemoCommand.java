package io.tickwire.edge.launch.feed;

import io.tickwire.edge.config.ConfigLoader;
import io.tickwire.edge.launch.Assembly;
import io.tickwire.edge.launch.Broker;
import io.tickwire.edge.launch.CliCommand;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tickwire demo}: a broker, a made-up market and its readers, all on this machine, gone without a trace at the end. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Runs a broker on 127.0.0.1 with a synthetic ITCH 5.0 session coming in over loopback multicast.")
public final class DemoCommand implements CliCommand {
    static final String TOPIC = "itch";

    private static final int DEFAULT_KAFKA_PORT = 9092;
    private static final String GROUP = "239.192.77.1";
    private static final Pattern DURATION = Pattern.compile("(\\d+)(ms|s|m|h)?");

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            description = "Ends after this long, such as 10s or 2m. Default: runs until Ctrl-C.")
    private String duration;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "20000",
            description = "Messages a second. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(
            names = "--symbols",
            paramLabel = "N",
            defaultValue = "100",
            description = "Stocks in the session. Default: ${DEFAULT-VALUE}.")
    private int symbols;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Makes another session.")
    private long seed;

    private volatile boolean stopped;

    @Override
    public Integer call() throws IOException {
        final PrintStream out = System.out;
        final long durationNs = durationNs();
        if (!(rate > 0)) {
            throw new ParameterException(spec.commandLine(), "--rate " + rate + ": must be above 0");
        }
        final Path data = Files.createTempDirectory("tickwire-demo-");
        final Path shm = shmDirectory(data);
        try (StopSignal signal = StopSignal.install(() -> stopped = true)) {
            final boolean complete;
            try {
                complete = run(out, data, shm, durationNs);
            } finally {
                delete(shm);
                delete(data);
            }
            out.flush();
            signal.done();
            return complete ? 0 : 1;
        }
    }

    private boolean run(final PrintStream out, final Path data, final Path shm, final long durationNs)
            throws IOException {
        final int kafkaPort = kafkaPort(out);
        final int feedPort = freeUdpPort();
        final Map<String, String> settings = new HashMap<>();
        settings.put("data.dir", data.toString());
        settings.put("shm.dir", shm.toString());
        settings.put("kafka.listen", "127.0.0.1:" + kafkaPort);
        settings.put("feeds.demo.group", GROUP);
        settings.put("feeds.demo.port", Integer.toString(feedPort));
        settings.put("feeds.demo.interface", "127.0.0.1");
        settings.put("feeds.demo.topic", TOPIC);
        try (Broker broker = Assembly.start(ConfigLoader.load(null, settings))) {
            final InetSocketAddress kafka = broker.kafkaAddress();
            printHints(out, kafka.getPort(), shm, feedPort);
            final DemoSession session = new DemoSession(kafka.getPort(), shm, data);
            return session.run(
                    new DemoSession.Plan(seed, symbols, rate, new InetSocketAddress(GROUP, feedPort), durationNs),
                    out,
                    () -> stopped);
        }
    }

    private void printHints(final PrintStream out, final int kafkaPort, final Path shm, final int feedPort) {
        out.printf("""
                Tickwire demo: synthetic Nasdaq TotalView-ITCH 5.0 over MoldUDP64 multicast %s:%d (loopback) -> topic '%s'
                Broker on 127.0.0.1:%d. From another terminal, try:
                  kcat -b 127.0.0.1:%d -t %s -C -o end -c 10 -f '%%o %%k %%S bytes\\n'
                  kafka-console-consumer.sh --bootstrap-server 127.0.0.1:%d --topic %s --property print.offset=true
                  ./tickwire subscribe %s --shm-dir %s --format stats
                %n""", GROUP, feedPort, TOPIC, kafkaPort, kafkaPort, TOPIC, kafkaPort, TOPIC, TOPIC, shm);
        out.flush();
    }

    private long durationNs() {
        if (duration == null) {
            return Long.MAX_VALUE;
        }
        final Matcher matcher = DURATION.matcher(duration);
        if (!matcher.matches()) {
            throw new ParameterException(
                    spec.commandLine(), "--duration " + duration + ": needs a number and ms, s, m or h, such as 10s");
        }
        final long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2) == null ? "s" : matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount).toNanos();
            case "m" -> Duration.ofMinutes(amount).toNanos();
            case "h" -> Duration.ofHours(amount).toNanos();
            default -> Duration.ofSeconds(amount).toNanos();
        };
    }

    /** Kafka's usual port, or a free one when something listens there. */
    private static int kafkaPort(final PrintStream out) throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), DEFAULT_KAFKA_PORT));
            return DEFAULT_KAFKA_PORT;
        } catch (final IOException e) {
            final int free = freePort();
            out.println("Port " + DEFAULT_KAFKA_PORT + " is taken: the broker uses " + free + ".");
            return free;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return probe.getLocalPort();
        }
    }

    private static int freeUdpPort() throws IOException {
        try (DatagramSocket probe = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            return probe.getLocalPort();
        }
    }

    private static Path shmDirectory(final Path data) {
        final Path memory = Path.of("/dev/shm");
        return Files.isWritable(memory)
                ? memory.resolve("tickwire-demo-" + ProcessHandle.current().pid())
                : data.resolve("shm");
    }

    private static void delete(final Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (final Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
