package io.tickwire.compat.bench.hotpath;

import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/** Open-loop sender: every message carries the time it was due, however late it leaves, so that no delay is omitted. */
final class SendLoop {
    private SendLoop() {}

    /** Sends the whole load from the calling thread. */
    static void run(Contender.Publisher publisher, Load load) {
        UnsafeBuffer message = new UnsafeBuffer(BufferUtil.allocateDirectAligned(load.messageBytes(), 64));
        message.setMemory(0, load.messageBytes(), (byte) 'x');
        long total = load.warmupMessages() + load.messages();
        long startNs = System.nanoTime() + 1_000_000L;
        for (long i = 0; i < total; i++) {
            long dueNs = startNs + load.dueNs(i);
            if (System.nanoTime() - dueNs < 0) {
                publisher.idle();
                while (System.nanoTime() - dueNs < 0) {
                    Thread.onSpinWait();
                }
            }
            Message.encode(message, dueNs, i);
            while (!publisher.offer(message, load.messageBytes())) {
                Thread.onSpinWait();
            }
        }
        publisher.idle();
    }
}
