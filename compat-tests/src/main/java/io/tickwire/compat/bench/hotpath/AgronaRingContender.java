package io.tickwire.compat.bench.hotpath;

import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import org.agrona.DirectBuffer;
import org.agrona.IoUtil;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** Agrona's one-to-one ring over a mapped file in shared memory, 64 MiB: one reader only, and it can stop the writer. */
final class AgronaRingContender implements Contender {
    private static final int CAPACITY_BYTES = 64 << 20;
    private static final int MESSAGE_TYPE = 1;
    private static final int POLL_LIMIT = 64;

    @Override
    public String name() {
        return "agrona-ring";
    }

    private static Path file(Path directory) {
        return Path.of("/dev/shm", "ring-" + directory.getFileName());
    }

    @Override
    public Publisher publisher(Path directory, int maxMessageBytes) {
        MappedByteBuffer mapped =
                IoUtil.mapNewFile(file(directory).toFile(), CAPACITY_BYTES + RingBufferDescriptor.TRAILER_LENGTH);
        OneToOneRingBuffer ring = new OneToOneRingBuffer(new UnsafeBuffer(mapped));
        return new Publisher() {
            @Override
            public boolean offer(DirectBuffer message, int length) {
                return ring.write(MESSAGE_TYPE, message, 0, length);
            }

            @Override
            public void close() {
                IoUtil.unmap(mapped);
                IoUtil.deleteIfExists(file(directory).toFile());
            }
        };
    }

    @Override
    public Subscriber subscriber(Path directory, int maxMessageBytes) {
        MappedByteBuffer mapped = IoUtil.mapExistingFile(file(directory).toFile(), "ring");
        OneToOneRingBuffer ring = new OneToOneRingBuffer(new UnsafeBuffer(mapped));
        return new Subscriber() {
            private Handler handler;
            private final MessageHandler messages =
                    (type, buffer, offset, length) -> handler.onMessage(buffer, offset, length);

            @Override
            public int poll(Handler to) {
                handler = to;
                return ring.read(messages, POLL_LIMIT);
            }

            @Override
            public void close() {
                IoUtil.unmap(mapped);
            }
        };
    }
}
