package io.tickwire.compat.bench.hotpath;

import io.tickwire.edge.shm.AnswerHandler;
import io.tickwire.edge.shm.PublisherSettings;
import io.tickwire.edge.shm.SharedMemoryPublisher;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/** A local process writes into a topic through shared memory and gets each record's offset back: from when it was due to its answer. */
final class RoundTripLoad implements AutoCloseable {
    private static final long START_LIMIT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final int POLL_LIMIT = 64;

    private final SharedMemoryPublisher publisher;

    RoundTripLoad(Path channels) {
        publisher = SharedMemoryPublisher.open(PublisherSettings.of(channels, EdgeBroker.TOPIC, 0));
        long untilNs = System.nanoTime() + START_LIMIT_NS;
        while (publisher.state() != SharedMemoryPublisher.State.OPEN) {
            if (System.nanoTime() - untilNs > 0) {
                throw new IllegalStateException("the broker does not take the publisher up");
            }
            Thread.onSpinWait();
        }
    }

    Result run(Load load) {
        UnsafeBuffer message = new UnsafeBuffer(BufferUtil.allocateDirectAligned(load.messageBytes(), 64));
        Answers answers = new Answers(load);
        long total = load.warmupMessages() + load.messages();
        answers.startNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1);
        for (long i = 0; i < total; i++) {
            long dueNs = answers.startNs + load.dueNs(i);
            while (System.nanoTime() - dueNs < 0) {
                publisher.poll(answers, POLL_LIMIT);
            }
            while (publisher.offer(null, 0, -1, message, 0, load.messageBytes()) < 0) {
                publisher.poll(answers, POLL_LIMIT);
            }
        }
        while (answers.index < total) {
            publisher.poll(answers, POLL_LIMIT);
        }
        return new Result(answers.received, answers.refused, answers.histogram);
    }

    @Override
    public void close() {
        publisher.close();
    }

    /** Answers come in the requests' order. */
    private static final class Answers implements AnswerHandler {
        private final Histogram histogram = new Histogram(ReceiveLoop.HIGHEST_NS, 3);
        private final Load load;
        private long startNs;
        private long index;
        private long received;
        private long refused;

        Answers(Load load) {
            this.load = load;
        }

        @Override
        public void onAnswer(long number, long offset, short error, long appendTimeMs) {
            long latencyNs = System.nanoTime() - startNs - load.dueNs(index);
            refused += error == 0 ? 0 : 1;
            if (index++ >= load.warmupMessages()) {
                received++;
                histogram.recordValue(Math.clamp(latencyNs, 0, ReceiveLoop.HIGHEST_NS));
            }
        }
    }
}
