package io.tickwire.edge.launch.feed;

import io.tickwire.edge.config.HostPort;
import io.tickwire.edge.feed.replay.DatagramSender;
import io.tickwire.edge.feed.replay.ItchFile;
import io.tickwire.edge.feed.replay.MessageSource;
import io.tickwire.edge.feed.replay.MulticastSender;
import io.tickwire.edge.feed.replay.Pace;
import io.tickwire.edge.feed.replay.PcapFile;
import io.tickwire.edge.feed.replay.ReplaySettings;
import io.tickwire.edge.feed.replay.Replayer;
import io.tickwire.edge.launch.CliCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tickwire replay}: a recorded session onto multicast. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = {
            "Plays an ITCH 5.0 BinaryFILE (plain or .gz) or a capture (pcap) onto multicast.",
            "A BinaryFILE is packed into MoldUDP64; a capture's UDP payloads are sent as they are."
        })
public final class ReplayCommand implements CliCommand {
    private static final double DEFAULT_RATE = 10_000;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "What to play.")
    private Path file;

    @Option(
            names = "--to",
            paramLabel = "GROUP:PORT",
            required = true,
            description = "Where to, such as 239.192.0.1:26400.")
    private String target;

    @ArgGroup
    private final PaceOptions pace = new PaceOptions();

    private static final class PaceOptions {
        @Option(names = "--rate", paramLabel = "N", description = "N messages a second. Default: 10000.")
        private Double rate;

        @Option(names = "--pace", paramLabel = "recorded", description = "recorded: with the recorded gaps.")
        private String recorded;

        @Option(names = "--max", description = "As fast as they can be sent.")
        private boolean unlimited;
    }

    @Option(
            names = "--interface",
            paramLabel = "IF",
            defaultValue = "127.0.0.1",
            description =
                    "Interface to send on, name or address. Default: ${DEFAULT-VALUE}, where nothing leaves the machine.")
    private String networkInterface;

    @Option(
            names = "--session",
            paramLabel = "NAME",
            description = "MoldUDP64 session, up to 10 characters. Default: a new one for each run.")
    private String session;

    @Option(
            names = "--first-sequence",
            paramLabel = "N",
            defaultValue = "1",
            description = "Sequence of the first message. Default: ${DEFAULT-VALUE}.")
    private long firstSequence;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "65534",
            description = "Messages due at the same moment share a datagram, at most N of them.")
    private int batch;

    @Option(
            names = "--datagram-bytes",
            paramLabel = "N",
            defaultValue = "1400",
            description = "Longest datagram. Default: ${DEFAULT-VALUE}.")
    private int datagramBytes;

    @Option(names = "--mold", description = "Pack a capture's payloads into MoldUDP64 as messages.")
    private boolean mold;

    @Option(names = "--loop", description = "Starts over at the end, sequences going on, until interrupted.")
    private boolean loop;

    private volatile boolean stopped;

    @Override
    public Integer call() throws IOException {
        final PrintWriter out = spec.commandLine().getOut();
        if (!Files.isReadable(file)) {
            throw new IOException("cannot read " + file);
        }
        final boolean capture = PcapFile.isPcap(file);
        final ReplaySettings settings = settings(capture);
        try (StopSignal signal = StopSignal.install(() -> stopped = true);
                DatagramSender sender = new MulticastSender(address(), networkInterface)) {
            final Replayer.Result result = play(capture, sender, settings);
            out.printf(
                    "replayed %s: %,d messages in %,d datagrams, %,d bytes, %.3f s, %,.0f messages/s, latest %.3f ms behind, session %s%n",
                    file,
                    result.messages(),
                    result.datagrams(),
                    result.bytes(),
                    result.elapsedNs() / 1e9,
                    result.messages() / Math.max(result.elapsedNs() / 1e9, 1e-9),
                    result.maxLagNs() / 1e6,
                    settings.session() == null ? "none" : settings.session() + " up to " + (result.nextSequence() - 1));
            out.flush();
            signal.done();
        }
        return 0;
    }

    private InetSocketAddress address() {
        final HostPort parsed;
        try {
            parsed = HostPort.parse(target);
        } catch (final IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--to " + target + ": " + e.getMessage(), e);
        }
        return new InetSocketAddress(parsed.host(), parsed.port());
    }

    private ReplaySettings settings(final boolean capture) {
        final String name = capture && !mold ? null : session != null ? session : newSession();
        try {
            return new ReplaySettings(
                    pace(), name, firstSequence, datagramBytes, batch, 50_000, name == null || loop ? 0 : 1);
        } catch (final IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** A receiver takes a session it knows for a repetition, so every run gets its own. */
    private static String newSession() {
        return String.format("R%09d", System.currentTimeMillis() / 100 % 1_000_000_000L);
    }

    private Pace pace() {
        if (pace.unlimited) {
            return new Pace.Unlimited();
        }
        if (pace.recorded != null) {
            if (!pace.recorded.equals("recorded")) {
                throw new IllegalArgumentException("--pace " + pace.recorded + ": the one pace by name is 'recorded'");
            }
            return new Pace.Recorded();
        }
        return new Pace.Rate(pace.rate == null ? DEFAULT_RATE : pace.rate);
    }

    private Replayer.Result play(final boolean capture, final DatagramSender sender, final ReplaySettings first)
            throws IOException {
        Replayer.Result total = new Replayer.Result(0, 0, 0, 0, 0, first.firstSequence());
        do {
            try (MessageSource source = capture ? new PcapFile(file) : new ItchFile(file)) {
                final Replayer.Result round = new Replayer(
                                source, sender, first.withFirstSequence(total.nextSequence()), Replayer.systemTimer())
                        .run(() -> stopped);
                if (loop && round.messages() == 0) {
                    throw new IOException(file + " holds no message to play over and over");
                }
                total = total.plus(round);
            }
        } while (loop && !stopped);
        if (loop && first.session() != null) {
            Replayer.endSession(sender, first, total.nextSequence());
        }
        return total;
    }
}
