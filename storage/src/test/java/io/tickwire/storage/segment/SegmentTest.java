package io.tickwire.storage.segment;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A segment between those who read it and those who delete it. */
class SegmentTest {
    private static final int ROUNDS = 2000;

    @TempDir
    Path directory;

    @Test
    void deletionMeanwhileRefusesThePin() throws Exception {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        for (int i = 0; i < ROUNDS; i++) {
            Segment segment = new Segment(directory, SegmentInfo.empty(0, i, 0, 0), 8192, 4096);
            Files.write(segment.dataFile(), new byte[8192]);
            CyclicBarrier start = new CyclicBarrier(2);
            Thread reader = new Thread(() -> {
                try {
                    start.await();
                    if (segment.pin()) {
                        segment.unpin();
                    }
                } catch (Exception e) {
                    failure.compareAndSet(null, e);
                }
            });
            reader.start();
            start.await();
            segment.delete();
            reader.join();
            assertNull(failure.get());
            assertFalse(segment.pin());
        }
    }
}
