package io.tickwire.edge.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.record.HeaderBlock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A publisher and the broker's end of its file, stepped by hand. */
class PublisherPortTest {
    private static final int RING_BYTES = 64 * 1024;
    private static final int UNANSWERED = 8;

    @TempDir
    private Path directory;

    private PublisherFiles files;

    @BeforeEach
    void broker() {
        files = openFiles();
    }

    private PublisherFiles openFiles() {
        return PublisherFiles.open(directory, PosixFilePermissions.fromString("rwx------"));
    }

    private SharedMemoryPublisher publisher() {
        return SharedMemoryPublisher.open(new PublisherSettings(directory, "orders", 3, RING_BYTES, UNANSWERED));
    }

    private Path onlyFile() throws IOException {
        final List<Path> found = files.unknown(_ -> false);
        assertEquals(1, found.size());
        return found.get(0);
    }

    private PublisherPort port() throws IOException {
        final PublisherPort port = PublisherPort.open(onlyFile());
        port.accept(1, 0);
        return port;
    }

    private static long offer(final SharedMemoryPublisher publisher, final String value) {
        final UnsafeBuffer bytes = new UnsafeBuffer(value.getBytes(StandardCharsets.US_ASCII));
        return publisher.offer(null, 0, -1, bytes, 0, bytes.capacity());
    }

    private static String value(final PublisherPort port) {
        final SharedRecord request = port.request();
        return request.buffer().getStringWithoutLengthAscii(request.valueIndex(), request.valueLength());
    }

    @Test
    void requestsAreTakenInOrderAndAnsweredByNumber() throws IOException {
        try (SharedMemoryPublisher publisher = publisher();
                PublisherPort port = port()) {
            assertEquals("orders", port.topic());
            assertEquals(3, port.partition());
            final List<String> answers = new ArrayList<>();
            for (int i = 1; i <= 1_000; i++) {
                assertEquals(i, offer(publisher, "value " + i));
                assertEquals(PublisherPort.REQUEST, port.next());
                assertEquals("value " + i, value(port));
                assertEquals(PublisherPort.EMPTY, port.next());
                port.release();
                port.answer(i, 100 + i, (short) (i % 2), i);
                publisher.poll((number, offset, error, time) -> answers.add(number + " " + offset + " " + error), 10);
                assertEquals(i + " " + (100 + i) + " " + i % 2, answers.get(i - 1));
            }
            assertEquals(0, publisher.unanswered());
        }
    }

    @Test
    void keyHeadersAndTimestampAreCarried() throws IOException {
        try (SharedMemoryPublisher publisher = publisher();
                PublisherPort port = port()) {
            final HeaderBlock headers = new HeaderBlock(64);
            final UnsafeBuffer text = new UnsafeBuffer("kv".getBytes(StandardCharsets.US_ASCII));
            headers.add(text, 0, 1, text, 1, 1);
            assertEquals(1, publisher.offer(1234, text, 0, 1, null, 0, -1, headers));
            assertEquals(PublisherPort.REQUEST, port.next());
            final SharedRecord request = port.request();
            assertEquals(1_234_000_000L, request.exchangeNs());
            assertEquals('k', request.buffer().getByte(request.keyIndex()));
            assertEquals(1, request.keyLength());
            assertFalse(request.hasValue());
            assertEquals(1, request.feedSequence());
            assertEquals(headers.length(), request.headersLength());
        }
    }

    @Test
    void asManyAsMayBeUnansweredThenBackPressure() throws IOException {
        try (SharedMemoryPublisher publisher = publisher();
                PublisherPort port = port()) {
            for (int i = 1; i <= UNANSWERED; i++) {
                assertEquals(i, offer(publisher, "x"));
            }
            assertEquals(SharedMemoryPublisher.BACK_PRESSURED, offer(publisher, "x"));
            assertEquals(PublisherPort.REQUEST, port.next());
            port.release();
            assertEquals(SharedMemoryPublisher.BACK_PRESSURED, offer(publisher, "taken is not answered"));
            port.answer(1, 0, (short) 0, -1);
            assertEquals(1, publisher.poll((number, offset, error, time) -> {}, 10));
            assertEquals(UNANSWERED + 1, offer(publisher, "x"));
        }
    }

    @Test
    void fullRingIsBackPressureUntilTheBrokerHasTakenSomethingAndNothingIsOverwritten() throws IOException {
        try (SharedMemoryPublisher publisher =
                        SharedMemoryPublisher.open(new PublisherSettings(directory, "orders", 3, RING_BYTES, 1024));
                PublisherPort port = port()) {
            long offered = 0;
            long taken = 0;
            int fulls = 0;
            while (taken < 3_000) {
                final String value = Long.toString(offered + 1).repeat(1 + (int) (offered * 37 % 900));
                final long number = offer(publisher, value);
                if (number > 0) {
                    offered = number;
                    continue;
                }
                assertEquals(SharedMemoryPublisher.BACK_PRESSURED, number);
                fulls++;
                for (int i = 0; i < 5 && taken < offered; i++) {
                    assertEquals(PublisherPort.REQUEST, port.next());
                    taken++;
                    assertEquals(Long.toString(taken).repeat(1 + (int) ((taken - 1) * 37 % 900)), value(port));
                    port.answer(taken, taken, (short) 0, -1);
                }
                port.release();
                publisher.poll((n, offset, error, time) -> assertEquals(n, offset), 100);
            }
            assertTrue(fulls > 100);
        }
    }

    @Test
    void recordLongerThanAnEighthOfTheRingIsTooLarge() throws IOException {
        try (SharedMemoryPublisher publisher = publisher();
                PublisherPort port = port()) {
            assertEquals(SharedMemoryPublisher.TOO_LARGE, offer(publisher, "x".repeat(RING_BYTES / 8)));
            assertEquals(SharedMemoryPublisher.TOO_LARGE, offer(publisher, "x".repeat(RING_BYTES * 2)));
            assertEquals(PublisherPort.EMPTY, port.next());
        }
    }

    @Test
    void nothingIsTakenBeforeABrokerAcceptsAndAfterItRefuses() throws IOException {
        try (SharedMemoryPublisher publisher = publisher()) {
            assertEquals(SharedMemoryPublisher.State.WAITING, publisher.state());
            assertEquals(SharedMemoryPublisher.NOT_OPEN, offer(publisher, "x"));
            try (PublisherPort port = port()) {
                assertEquals(SharedMemoryPublisher.State.OPEN, publisher.state());
                port.refuse((short) 3);
            }
            assertEquals(SharedMemoryPublisher.State.CLOSED, publisher.state());
            assertEquals(3, publisher.closedWith());
            assertEquals(SharedMemoryPublisher.NOT_OPEN, offer(publisher, "x"));
            assertEquals(List.of(), files.unknown(_ -> false));
        }
    }

    @Test
    void whatWasOfferedBeforeGoodbyeIsTaken() throws IOException {
        final SharedMemoryPublisher publisher = publisher();
        try (PublisherPort port = port()) {
            assertEquals(1, offer(publisher, "last words"));
            publisher.close();
            assertEquals(PublisherPort.REQUEST, port.next());
            assertEquals("last words", value(port));
            assertEquals(PublisherPort.LEFT, port.next());
        }
    }

    @Test
    void laterBrokerEndsWhatAnEarlierOneHadAndKeepsWhatIsNew() throws IOException {
        try (SharedMemoryPublisher old = publisher();
                PublisherPort dead = port();
                SharedMemoryPublisher fresh = publisher()) {
            files = openFiles();
            assertEquals(SharedMemoryPublisher.State.CLOSED, old.state());
            assertEquals(SharedMemoryPublisher.State.WAITING, fresh.state());
            assertFalse(Files.exists(dead.path()));
            try (PublisherPort port = port()) {
                assertEquals(1, offer(fresh, "x"));
                assertEquals(PublisherPort.REQUEST, port.next());
            }
        }
    }

    @Test
    void fileThatIsNoPublishersIsRefused() throws IOException {
        final Path garbage = directory.resolve(PublisherLayout.DIRECTORY).resolve("publisher-x");
        Files.write(garbage, new byte[10]);
        assertInvalid(garbage);
        Files.write(garbage, "x".repeat(100_000).getBytes(StandardCharsets.US_ASCII));
        assertInvalid(garbage);
        Files.delete(garbage);
        Files.createSymbolicLink(garbage, Path.of("/dev/zero"));
        assertInvalid(garbage);
        Files.delete(garbage);
        Files.createDirectory(garbage);
        assertInvalid(garbage);
    }

    private static void assertInvalid(final Path file) {
        final ShmException refused = assertThrows(ShmException.class, () -> PublisherPort.open(file));
        assertEquals(ShmException.Cause.INVALID_FILE, refused.reason());
    }

    /** The fault may show late: it must show inside the port, however warm the code is. */
    @Test
    void fileCutOffIsABrokenPortAndNothingElse() throws IOException {
        for (int round = 0; round < 20; round++) {
            try (SharedMemoryPublisher publisher = publisher();
                    PublisherPort port = port()) {
                for (int i = 1; i <= 2_000; i++) {
                    assertEquals(i, offer(publisher, "x"));
                    assertEquals(PublisherPort.REQUEST, port.next());
                    port.release();
                    port.answer(i, i, (short) 0, -1);
                    publisher.poll((number, offset, error, time) -> {}, 1);
                }
                try (FileChannel file = FileChannel.open(port.path(), StandardOpenOption.WRITE)) {
                    file.truncate(round % 2 == 0 ? 0 : RingLayout.HEADER_BYTES);
                }
                if (round % 3 == 0) {
                    port.answer(2_001, 0, (short) 0, -1);
                    assertTrue(port.isBroken());
                } else if (round % 3 == 1 && round % 2 == 0) {
                    port.heartbeat(1);
                    assertTrue(port.isBroken());
                }
                assertEquals(PublisherPort.BROKEN, port.next());
                port.release();
                port.refuse((short) 42);
            } catch (final InternalError e) {
                // The publisher's own goodbye, which touches what is gone.
                assertTrue(e.getStackTrace().length > 0);
            }
            try (DirectoryStream<Path> left = Files.newDirectoryStream(directory.resolve(PublisherLayout.DIRECTORY))) {
                for (final Path file : left) {
                    Files.delete(file);
                }
            }
        }
    }
}
