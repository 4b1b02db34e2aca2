package io.tickwire.edge.launch.feed;

import io.tickwire.edge.feed.FeedFormats;
import io.tickwire.edge.feed.JournalHistory;
import io.tickwire.edge.launch.CliCommand;
import io.tickwire.edge.shm.HistorySource;
import io.tickwire.edge.shm.RecordFilter;
import io.tickwire.edge.shm.RegistryView;
import io.tickwire.edge.shm.SharedMemorySubscriber;
import io.tickwire.edge.shm.ShmException;
import io.tickwire.edge.shm.SubscriberCounters;
import io.tickwire.edge.shm.SubscriptionPolicy;
import io.tickwire.edge.shm.SubscriptionSettings;
import io.tickwire.edge.shm.SymbolFilter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tickwire subscribe}: a topic's records out of shared memory. */
@Command(
        name = "subscribe",
        mixinStandardHelpOptions = true,
        description = "Reads a topic from the shared memory of a broker on this machine.")
public final class SubscribeCommand implements CliCommand {
    private static final int POLL_LIMIT = 256;
    private static final long REPORT_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TOPIC", description = "Topic to read.")
    private String topic;

    @Option(
            names = "--partition",
            paramLabel = "N",
            defaultValue = "0",
            description = "Partition. Default: ${DEFAULT-VALUE}.")
    private int partition;

    @Option(
            names = "--from",
            paramLabel = "WHERE",
            defaultValue = "live",
            description = "live (or latest), earliest, or an offset. Default: ${DEFAULT-VALUE}.")
    private String from;

    @Option(
            names = "--policy",
            paramLabel = "POLICY",
            defaultValue = "catch-up",
            description =
                    "When the broker is faster: skip, catch-up (from the journal), conflate (by key), disconnect. Default: ${DEFAULT-VALUE}.")
    private String policy;

    @Option(names = "--symbols", paramLabel = "A,B", split = ",", description = "Only records with these 8-byte keys.")
    private List<String> symbols;

    @Option(names = "--count", paramLabel = "N", description = "Ends after N records.")
    private Long count;

    @Option(
            names = "--format",
            paramLabel = "FORM",
            defaultValue = "hex",
            description =
                    "hex, json, raw (values only), itch (values with 2-byte lengths), stats. Default: ${DEFAULT-VALUE}.")
    private String format;

    @Option(
            names = "--shm-dir",
            paramLabel = "DIR",
            defaultValue = "/dev/shm/tickwire",
            description = "The broker's shm.dir. Default: ${DEFAULT-VALUE}.")
    private Path directory;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "The broker's data.dir. Default: what the broker says.")
    private Path dataDirectory;

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            defaultValue = "itch50",
            description = "What a feed's messages are, for records out of the journal. Default: ${DEFAULT-VALUE}.")
    private String protocol;

    @Option(names = "--spin", description = "Never sleeps: lowest latency, one whole core.")
    private boolean spin;

    private volatile boolean stopped;

    @Override
    public Integer call() throws IOException {
        final LatencyRecorder latency = new LatencyRecorder();
        final RecordPrinter printer = new RecordPrinter(
                parse(RecordPrinter.Format.class, "--format", format), System.out, System.err, latency);
        final IdleStrategy idle = spin ? new BusySpinIdleStrategy() : new BackoffIdleStrategy(100, 10, 1_000, 200_000);
        try (StopSignal signal = StopSignal.install(() -> stopped = true);
                SharedMemorySubscriber subscriber = SharedMemorySubscriber.open(settings())) {
            final boolean complete = run(subscriber, printer, latency, idle);
            printer.flush();
            report(subscriber, latency, "in all");
            signal.done();
            return complete ? 0 : 1;
        } catch (final ShmException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private SubscriptionSettings settings() throws IOException {
        final SubscriptionPolicy chosen = parse(SubscriptionPolicy.class, "--policy", policy.replace('-', '_'));
        final RecordFilter filter = symbols == null ? RecordFilter.ALL : new SymbolFilter(symbols, false);
        final long start = start();
        final boolean needsHistory = start != SubscriptionSettings.LIVE
                || chosen == SubscriptionPolicy.CATCH_UP
                || chosen == SubscriptionPolicy.CONFLATE;
        final HistorySource history = needsHistory ? history() : null;
        return new SubscriptionSettings(directory, topic, partition, start, chosen, filter, history, 16_384);
    }

    private long start() {
        return switch (from) {
            case "live", "latest" -> SubscriptionSettings.LIVE;
            case "earliest" -> SubscriptionSettings.EARLIEST;
            default -> {
                try {
                    final long offset = Long.parseLong(from);
                    if (offset >= 0) {
                        yield offset;
                    }
                } catch (final NumberFormatException e) {
                    // Said below.
                }
                throw new ParameterException(
                        spec.commandLine(), "--from " + from + ": needs live, latest, earliest or an offset");
            }
        };
    }

    private HistorySource history() throws IOException {
        try {
            return JournalHistory.open(journal(), topic, partition, FeedFormats.protocol(protocol));
        } catch (final IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--protocol: " + e.getMessage(), e);
        } catch (final IOException e) {
            throw new IOException(
                    "the journal of " + topic + '-' + partition + " cannot be read (" + e.getMessage()
                            + "); without it use --from live with --policy skip or disconnect",
                    e);
        }
    }

    private Path journal() throws IOException {
        if (dataDirectory != null) {
            return dataDirectory;
        }
        try (RegistryView registry = RegistryView.open(directory)) {
            final Path path = registry.journalPath();
            if (path == null) {
                throw new IOException("the broker does not say where it is: give --data-dir");
            }
            return path;
        } catch (final ShmException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private <E extends Enum<E>> E parse(final Class<E> type, final String option, final String value) {
        try {
            return Enum.valueOf(type, value.toUpperCase(Locale.ROOT));
        } catch (final IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), option + ' ' + value + ": unknown, see --help", e);
        }
    }

    /** Polls until told to stop; false when the subscription ended by itself. */
    private boolean run(
            final SharedMemorySubscriber subscriber,
            final RecordPrinter printer,
            final LatencyRecorder latency,
            final IdleStrategy idle) {
        final boolean stats = format.equalsIgnoreCase(RecordPrinter.Format.STATS.name());
        long nextReportNs = System.nanoTime() + REPORT_INTERVAL_NS;
        boolean announced = false;
        while (!stopped && (count == null || subscriber.counters().delivered() < count)) {
            if (subscriber.state() == SharedMemorySubscriber.State.ENDED) {
                System.err.println(
                        subscriber.isRingBroken() ? "the ring is damaged" : "disconnected: the broker was faster");
                return false;
            }
            if (subscriber.state() == SharedMemorySubscriber.State.WAITING && !announced) {
                announced = true;
                System.err.println("waiting for " + topic + '-' + partition + " in " + directory);
            }
            latency.epochOffsetNs(subscriber.epochOffsetNs());
            final int work = subscriber.poll(printer, limit(subscriber));
            if (work == 0) {
                printer.flush();
            }
            if (stats && System.nanoTime() - nextReportNs >= 0) {
                nextReportNs += REPORT_INTERVAL_NS;
                report(subscriber, latency, "so far");
            }
            idle.idle(work);
        }
        return true;
    }

    private int limit(final SharedMemorySubscriber subscriber) {
        return count == null
                ? POLL_LIMIT
                : (int) Math.min(POLL_LIMIT, count - subscriber.counters().delivered());
    }

    private static void report(
            final SharedMemorySubscriber subscriber, final LatencyRecorder latency, final String when) {
        final SubscriberCounters counters = subscriber.counters();
        System.err.printf(
                Locale.ROOT,
                "%s: %d records, next offset %d, %d from the journal, %d filtered, %d conflated, laps %d, gaps %d (%d records)  %s%n",
                when,
                counters.delivered(),
                subscriber.nextOffset(),
                counters.fromJournal(),
                counters.filtered(),
                counters.conflated(),
                counters.laps(),
                counters.gaps(),
                counters.missed(),
                latency.summary());
    }
}
