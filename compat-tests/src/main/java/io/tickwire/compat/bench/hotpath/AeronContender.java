package io.tickwire.compat.bench.hotpath;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.FragmentHandler;
import java.nio.file.Path;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;

/** Aeron IPC: exclusive publication, 64 MiB terms, media driver in the publishing process. */
final class AeronContender implements Contender {
    private static final int STREAM_ID = 1001;
    private static final int TERM_BYTES = 64 << 20;
    private static final int FRAGMENT_LIMIT = 64;
    private static final String CHANNEL = "aeron:ipc?term-length=" + TERM_BYTES;

    @Override
    public String name() {
        return "aeron-ipc";
    }

    private static String directory(Path directory) {
        return "/dev/shm/aeron-" + directory.getFileName();
    }

    @Override
    public Publisher publisher(Path directory, int maxMessageBytes) {
        MediaDriver driver = MediaDriver.launch(new MediaDriver.Context()
                .aeronDirectoryName(directory(directory))
                .threadingMode(ThreadingMode.SHARED)
                .sharedThreadFactory(HotpathNode::helperThread)
                .ipcTermBufferLength(TERM_BYTES)
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true));
        Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(directory(directory)));
        ExclusivePublication publication = aeron.addExclusivePublication(CHANNEL, STREAM_ID);
        return new Publisher() {
            @Override
            public boolean offer(DirectBuffer message, int length) {
                return publication.offer(message, 0, length) > 0;
            }

            @Override
            public void close() {
                CloseHelper.closeAll(publication, aeron, driver);
            }
        };
    }

    @Override
    public Subscriber subscriber(Path directory, int maxMessageBytes) {
        Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(directory(directory)));
        Subscription subscription = aeron.addSubscription(CHANNEL, STREAM_ID);
        while (!subscription.isConnected()) {
            Thread.onSpinWait();
        }
        return new Subscriber() {
            private Handler handler;
            private final FragmentHandler fragments =
                    (buffer, offset, length, header) -> handler.onMessage(buffer, offset, length);

            @Override
            public int poll(Handler to) {
                handler = to;
                return subscription.poll(fragments, FRAGMENT_LIMIT);
            }

            @Override
            public void close() {
                CloseHelper.closeAll(subscription, aeron);
            }
        };
    }
}
