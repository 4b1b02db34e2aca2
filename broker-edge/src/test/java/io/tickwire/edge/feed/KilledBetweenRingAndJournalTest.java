package io.tickwire.edge.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.shm.SharedMemorySubscriber;
import io.tickwire.edge.shm.SharedRecord;
import io.tickwire.edge.shm.SubscriptionHandler;
import io.tickwire.edge.shm.SubscriptionSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A process that feeds ring and journal ends between the two, and others take its place; a subscriber lives through it. */
class KilledBetweenRingAndJournalTest implements SubscriptionHandler {
    private final List<String> log = new ArrayList<>();
    private final List<String> gaps = new ArrayList<>();

    @TempDir
    Path directory;

    @Override
    public void onRecord(final SharedRecord record) {
        assertEquals(log.size(), record.offset());
        log.add(record.buffer().getStringWithoutLengthAscii(record.valueIndex(), record.valueLength()));
    }

    @Override
    public void onGap(final long firstMissing, final long nextOffset, final GapCause cause) {
        gaps.add(firstMissing + " to " + nextOffset + " " + cause);
        log.subList((int) nextOffset, log.size()).clear();
    }

    @ParameterizedTest
    @CsvSource({"COMMIT,4 to 2 TRUNCATED", "AFTER,"})
    void whatTheDeadBrokerDidNotJournalIsTakenBack(final String where, final String gap)
            throws IOException, InterruptedException {
        try (Feeder first = new Feeder("a", 1, where)) {
            assertEquals(0, first.logEnd);
            try (SharedMemorySubscriber subscriber = subscribe()) {
                first.feed();
                first.die();
                readUntil(subscriber, "a-3");
                assertEquals(List.of("a-0", "a-1", "a-2", "a-3"), log);
                try (Feeder second = new Feeder("b", 2, "NEVER")) {
                    assertEquals(gap == null ? 4 : 2, second.logEnd);
                    second.feed();
                    second.feed();
                    readUntil(subscriber, "b-3");
                }
                assertEquals(
                        gap == null
                                ? List.of("a-0", "a-1", "a-2", "a-3", "b-0", "b-1", "b-2", "b-3")
                                : List.of("a-0", "a-1", "b-0", "b-1", "b-2", "b-3"),
                        log);
                assertEquals(gap == null ? List.of() : List.of(gap), gaps);
            }
        }
    }

    @Test
    void subscriberThatMissedAWholeBrokerTakesNothingForGranted() throws IOException, InterruptedException {
        try (Feeder first = new Feeder("a", 1, "COMMIT");
                SharedMemorySubscriber subscriber = subscribe()) {
            first.feed();
            first.die();
            readUntil(subscriber, "a-3");
            // The offsets of a-2 and a-3 are given out by a broker that the subscriber does not see.
            try (Feeder second = new Feeder("b", 3, "NEVER")) {
                second.feed();
                second.feed();
            }
            try (Feeder third = new Feeder("c", 2, "NEVER")) {
                third.feed();
                readUntil(subscriber, "c-1");
            }
            assertEquals(List.of("a-0", "a-1", "b-0", "b-1", "b-2", "b-3", "c-0", "c-1"), log);
            assertEquals(List.of("4 to 2 TRUNCATED"), gaps);
        }
    }

    private SharedMemorySubscriber subscribe() throws IOException {
        return SharedMemorySubscriber.open(SubscriptionSettings.live(
                        directory.resolve("shm"),
                        DyingFeed.TOPIC,
                        0,
                        JournalHistory.open(directory.resolve("data"), DyingFeed.TOPIC, 0, new OpaqueProtocol()))
                .withStart(0));
    }

    private void readUntil(final SharedMemorySubscriber subscriber, final String last) {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (log.isEmpty() || !log.getLast().equals(last)) {
            if (subscriber.poll(this, 10) == 0) {
                Thread.onSpinWait();
            }
            assertTrue(System.nanoTime() - deadlineNs < 0, () -> "no " + last + " after " + log + " " + gaps);
        }
    }

    /** A child process that runs {@link DyingFeed}. */
    private final class Feeder implements AutoCloseable {
        private final Process process;
        private final BufferedReader out;
        final long logEnd;

        Feeder(final String name, final int batches, final String where) throws IOException {
            final List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                    .filter(arg -> arg.startsWith("--") || arg.startsWith("-Dchronicle"))
                    .forEach(command::add);
            command.addAll(List.of("-Xmx64m", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
            command.addAll(
                    List.of(DyingFeed.class.getName(), directory.toString(), name, Integer.toString(batches), where));
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            out = process.inputReader(StandardCharsets.UTF_8);
            logEnd = Long.parseLong(await("ready").substring("ready ".length()));
        }

        private String await(final String word) throws IOException {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(word)) {
                    return line;
                }
            }
            throw new IOException("the feeding process ended before it said " + word);
        }

        private void go() throws IOException {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        }

        void feed() throws IOException {
            go();
            await("done");
        }

        void die() throws IOException, InterruptedException {
            go();
            assertEquals(137, process.waitFor());
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
            try {
                assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the feeding process is stuck");
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                process.destroyForcibly();
            }
        }
    }
}
