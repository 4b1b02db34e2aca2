package io.tickwire.compat.bench.hotpath;

import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.PointerBytesStore;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Chronicle Queue used directly: one appender, one tailer in the other process, raw bytes, 64 MiB blocks. */
final class ChronicleContender implements Contender {
    private static final long BLOCK_BYTES = 64L << 20;
    private static final int POLL_LIMIT = 64;

    @Override
    public String name() {
        return "chronicle";
    }

    private static ChronicleQueue open(Path directory) {
        return SingleChronicleQueueBuilder.binary(directory.resolve("queue"))
                .rollCycle(RollCycles.FAST_HOURLY)
                .blockSize(BLOCK_BYTES)
                .build();
    }

    @Override
    public Publisher publisher(Path directory, int maxMessageBytes) {
        ChronicleQueue queue = open(directory);
        ExcerptAppender appender = queue.createAppender();
        PointerBytesStore pointer = new PointerBytesStore();
        return new Publisher() {
            @Override
            public boolean offer(DirectBuffer message, int length) {
                pointer.set(message.addressOffset(), length);
                appender.writeBytes(pointer);
                return true;
            }

            @Override
            public void close() {
                appender.close();
                queue.close();
            }
        };
    }

    @Override
    public Subscriber subscriber(Path directory, int maxMessageBytes) {
        ChronicleQueue queue = open(directory);
        ExcerptTailer tailer = queue.createTailer().toEnd();
        UnsafeBuffer view = new UnsafeBuffer(0, 0);
        return new Subscriber() {
            @Override
            public int poll(Handler handler) {
                int count = 0;
                while (count < POLL_LIMIT) {
                    try (DocumentContext document = tailer.readingDocument()) {
                        if (!document.isPresent()) {
                            break;
                        }
                        Bytes<?> bytes = document.wire().bytes();
                        int length = (int) bytes.readRemaining();
                        view.wrap(bytes.addressForRead(bytes.readPosition()), length);
                        handler.onMessage(view, 0, length);
                        count++;
                    }
                }
                return count;
            }

            @Override
            public void close() {
                tailer.close();
                queue.close();
            }
        };
    }
}
