package io.tickwire.compat.frameworks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.TickwireProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Connect in distributed mode copies a file to a topic, exactly once, and the topic to another file. Its worker is restarted in the
 * middle, then the broker is killed under it, and at last the worker too; topic and copy hold each line once, in order.
 */
class ConnectIT {

    private static final String TOPIC = "lines";
    private static final int LINES_PER_ROUND = 200;
    private static final int LINES_PER_WRITE = 5;
    private static final int LINES = 4 * LINES_PER_ROUND;

    @TempDir
    Path directory;

    @Test
    void restartedAndKilledWorkerCopiesEachLineOnce() throws Exception {
        Path source = Files.createFile(directory.resolve("source.txt"));
        Path copy = directory.resolve("copy.txt");
        try (TickwireProcess broker = TickwireProcess.start(BrokerSettings.small(), Map.of());
                ConnectWorker worker = new ConnectWorker(broker, Files.createDirectory(directory.resolve("worker")))) {
            Records.createTopics(broker, 1, TOPIC);
            worker.start();
            worker.create("source", """
                    {"connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector", "tasks.max": "1",
                     "file": "%s", "topic": "%s", "exactly.once.support": "required"}""".formatted(source, TOPIC));
            worker.create("sink", """
                    {"connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector", "tasks.max": "1",
                     "file": "%s", "topics": "%s"}""".formatted(copy, TOPIC));
            append(source, 0, () -> {});
            awaitLines(copy, LINES_PER_ROUND / 2);
            worker.stop();
            append(source, 1, () -> {});
            worker.start();
            awaitLines(copy, 2 * LINES_PER_ROUND);
            // A sink that writes to a file repeats what it had not committed when it was killed; the source does not.
            worker.tell("sink", "stop", "STOPPED");
            append(source, 2, () -> {
                broker.kill();
                broker.restart();
            });
            awaitWritten(broker, 3 * LINES_PER_ROUND);
            append(source, 3, worker::kill);
            worker.start();
            worker.awaitState("source", "RUNNING");
            worker.tell("sink", "resume", "RUNNING");
            awaitLines(copy, LINES);
            assertEquals(
                    lines(0, LINES),
                    Records.committed(broker, TOPIC, 1, LINES).stream()
                            .map(ConsumerRecord::value)
                            .toList());
            worker.stop();
            assertEquals(lines(0, LINES), Files.readAllLines(copy));
        }
    }

    private static List<String> lines(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "line " + i).toList();
    }

    /** Appends in pieces, so that the source reads some of them and then others; has something happen after half of them. */
    private static void append(Path file, int round, Runnable halfWay) throws IOException {
        for (int from = round * LINES_PER_ROUND; from < (round + 1) * LINES_PER_ROUND; from += LINES_PER_WRITE) {
            Files.write(file, lines(from, from + LINES_PER_WRITE), StandardOpenOption.APPEND);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            if (from == round * LINES_PER_ROUND + LINES_PER_ROUND / 2) {
                halfWay.run();
            }
        }
    }

    private static void awaitWritten(TickwireProcess broker, int count) {
        assertEquals(count, Records.committed(broker, TOPIC, 1, count).size(), "lines in the topic");
    }

    private static void awaitLines(Path file, int count) throws InterruptedException {
        Records.await(count + " lines in " + file, () -> {
            try {
                return Files.exists(file) && Files.readAllLines(file).size() >= count;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
