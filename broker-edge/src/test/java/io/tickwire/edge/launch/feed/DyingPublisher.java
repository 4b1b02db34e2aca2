package io.tickwire.edge.launch.feed;

import io.tickwire.edge.shm.PublisherSettings;
import io.tickwire.edge.shm.SharedMemoryPublisher;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;

/** A publisher of its own process, which ends without a goodbye when it has written half of a record. */
final class DyingPublisher {
    static final int WHOLE_RECORDS = 50;
    private static final int RING_BYTES = 64 * 1024;
    private static final int FRAME_BYTES = 128;
    private static final int FRAMES_AT = 4096;

    private DyingPublisher() {}

    public static void main(final String[] args) throws IOException {
        final Path shm = Path.of(args[0]);
        final SharedMemoryPublisher publisher =
                SharedMemoryPublisher.open(new PublisherSettings(shm, "orders", 0, RING_BYTES, 64));
        while (publisher.state() == SharedMemoryPublisher.State.WAITING) {
            LockSupport.parkNanos(1_000_000);
        }
        for (int i = 0; i < WHOLE_RECORDS; i++) {
            final UnsafeBuffer value = new UnsafeBuffer(("value" + i).getBytes(StandardCharsets.US_ASCII));
            publisher.offer(null, 0, -1, value, 0, value.capacity());
        }
        // All of a frame but its first word, by which it would be committed: as a process that is killed there leaves
        // it.
        final ByteBuffer half = ByteBuffer.allocate(FRAME_BYTES - Long.BYTES);
        while (half.hasRemaining()) {
            half.put((byte) 1);
        }
        half.flip();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(shm.resolve("publishers"))) {
            for (final Path file : files) {
                // Never closed: that would give the lock up before this process is dead.
                final FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                final int unused = channel.write(half, FRAMES_AT + WHOLE_RECORDS * FRAME_BYTES + Long.BYTES);
                assert unused > 0;
            }
        }
        System.out.println("dead");
        System.out.flush();
        Runtime.getRuntime().halt(1);
    }
}
