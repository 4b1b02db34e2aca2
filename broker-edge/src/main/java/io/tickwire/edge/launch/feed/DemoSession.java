package io.tickwire.edge.launch.feed;

import io.tickwire.edge.feed.replay.MulticastSender;
import io.tickwire.edge.feed.replay.Pace;
import io.tickwire.edge.feed.replay.ReplaySettings;
import io.tickwire.edge.feed.replay.Replayer;
import io.tickwire.edge.feed.replay.SyntheticItch;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** One showing: the player, a shared-memory subscriber and a Kafka consumer on threads of their own, and the line about them. */
final class DemoSession {
    /**
     * What is played.
     *
     * @param target multicast group and port.
     * @param durationNs how long.
     */
    record Plan(long seed, int symbols, double rate, InetSocketAddress target, long durationNs) {}

    private static final long DRAIN_PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final DemoSubscriber subscriber;
    private final DemoConsumer consumer;
    private volatile Replayer.Result played;
    private volatile IOException playError;

    DemoSession(final int kafkaPort, final Path shm, final Path data) throws IOException {
        this.consumer = new DemoConsumer(kafkaPort);
        this.subscriber = new DemoSubscriber(shm, data);
    }

    /** Shows until the time is over or the user has seen enough; true when everything sent came out everywhere. */
    boolean run(final Plan plan, final PrintStream out, final BooleanSupplier stop) throws IOException {
        final Thread reading = new Thread(subscriber, "demo-subscriber");
        final Thread consuming = new Thread(consumer, "demo-consumer");
        reading.start();
        consuming.start();
        consumer.awaitAssignment(stop);
        final long startNs = System.nanoTime();
        final BooleanSupplier over = () -> stop.getAsBoolean() || System.nanoTime() - startNs >= plan.durationNs();
        final Thread playing = new Thread(() -> play(plan, over), "demo-player");
        playing.start();
        show(out, playing, startNs);
        join(playing);
        if (playError != null) {
            throw playError;
        }
        drain(played.messages());
        subscriber.stop();
        consumer.stop();
        join(reading);
        join(consuming);
        return summary(out);
    }

    private void play(final Plan plan, final BooleanSupplier over) {
        final ReplaySettings settings =
                ReplaySettings.mold(new Pace.Rate(plan.rate()), "DEMO").withSpinNs(0);
        try (MulticastSender sender = new MulticastSender(plan.target(), "127.0.0.1");
                SyntheticItch source = new SyntheticItch(plan.seed(), plan.symbols(), Long.MAX_VALUE)) {
            played = new Replayer(source, sender, settings, Replayer.systemTimer()).run(over);
        } catch (final IOException e) {
            playError = e;
        }
    }

    @SuppressWarnings("SystemConsoleNull") // JDK 25 answers null again where there is no terminal
    private void show(final PrintStream out, final Thread playing, final long startNs) {
        final boolean terminal = System.console() != null && System.console().isTerminal();
        long lastNs = startNs;
        long lastOffset = 0;
        while (playing.isAlive()) {
            pauseUntil(lastNs + SECOND_NS, playing);
            final long nowNs = System.nanoTime();
            final long offset = subscriber.nextOffset();
            final String line = String.format(
                    Locale.ROOT,
                    "%4d s  %,9.0f messages/s  journal offset %,d  Kafka consumers %d (%,d records)  subscriber %s  gaps %d",
                    (nowNs - startNs) / SECOND_NS,
                    (offset - lastOffset) * 1e9 / Math.max(nowNs - lastNs, 1),
                    consumer.journalOffset(),
                    consumer.consumerCount(),
                    consumer.received(),
                    subscriber.percentiles(),
                    subscriber.gaps());
            out.print(terminal ? "\r\u001b[K" + line : line + System.lineSeparator());
            out.flush();
            lastNs = nowNs;
            lastOffset = offset;
        }
        if (terminal) {
            out.println();
        }
    }

    private static void pauseUntil(final long deadlineNs, final Thread playing) {
        while (deadlineNs - System.nanoTime() > 0 && playing.isAlive()) {
            LockSupport.parkNanos(Math.min(deadlineNs - System.nanoTime(), TimeUnit.MILLISECONDS.toNanos(50)));
        }
    }

    /** Gives the readers a moment for what is still on its way. */
    private void drain(final long expected) {
        final long deadlineNs = System.nanoTime() + DRAIN_PATIENCE_NS;
        while ((subscriber.received() < expected || (consumer.received() < expected && consumer.failure() == null))
                && deadlineNs - System.nanoTime() > 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private boolean summary(final PrintStream out) {
        final long sent = played.messages();
        final boolean complete = subscriber.received() == sent && consumer.received() == sent;
        out.printf(
                Locale.ROOT,
                "%nSent %,d messages in %,d datagrams in %.1f s. Kafka consumer: %,d. Shared-memory subscriber: %,d, %s.%n%s%n",
                sent,
                played.datagrams(),
                played.elapsedNs() / 1e9,
                consumer.received(),
                subscriber.received(),
                subscriber.percentiles(),
                complete ? "Every message came out of both, in order." : verdict());
        return complete;
    }

    private String verdict() {
        return consumer.failure() == null
                ? "Messages are missing: a reader was too slow, or the kernel dropped datagrams (a lower --rate helps)."
                : "The Kafka consumer failed: " + consumer.failure();
    }

    private static void join(final Thread thread) {
        try {
            thread.join();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
