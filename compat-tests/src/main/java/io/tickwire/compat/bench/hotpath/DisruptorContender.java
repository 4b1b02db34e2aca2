package io.tickwire.compat.bench.hotpath;

import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.YieldingWaitStrategy;
import java.nio.file.Path;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** LMAX Disruptor between two threads of one JVM: single producer, event poller, preallocated buffers as events. */
final class DisruptorContender implements Contender {
    private static final int SLOTS = 1 << 15;

    private RingBuffer<Slot> ring;

    /** One preallocated event. */
    private static final class Slot {
        private final UnsafeBuffer buffer;
        private int length;

        Slot(int bytes) {
            buffer = new UnsafeBuffer(new byte[bytes]);
        }
    }

    @Override
    public String name() {
        return "disruptor";
    }

    @Override
    public boolean inProcess() {
        return true;
    }

    @Override
    public Publisher publisher(Path directory, int maxMessageBytes) {
        ring = RingBuffer.createSingleProducer(() -> new Slot(maxMessageBytes), SLOTS, new YieldingWaitStrategy());
        RingBuffer<Slot> to = ring;
        return new Publisher() {
            @Override
            public boolean offer(DirectBuffer message, int length) {
                if (!to.hasAvailableCapacity(1)) {
                    return false;
                }
                long sequence = to.next();
                Slot slot = to.get(sequence);
                slot.buffer.putBytes(0, message, 0, length);
                slot.length = length;
                to.publish(sequence);
                return true;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Subscriber subscriber(Path directory, int maxMessageBytes) {
        EventPoller<Slot> poller = ring.newPoller();
        ring.addGatingSequences(poller.getSequence());
        return new Subscriber() {
            private Handler handler;
            private int count;
            private final EventPoller.Handler<Slot> slots = (slot, sequence, endOfBatch) -> {
                count++;
                handler.onMessage(slot.buffer, 0, slot.length);
                return true;
            };

            @Override
            public int poll(Handler to) {
                handler = to;
                count = 0;
                try {
                    poller.poll(slots);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                return count;
            }

            @Override
            public void close() {}
        };
    }
}
