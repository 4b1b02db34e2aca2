package io.tickwire.edge.shm;

import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;

/** A publisher waits for the answer that the broker puts into its slot. Results: answers, offset, append time. */
@JCStressTest
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "not answered yet")
@Outcome(id = "1, 42, 7", expect = Expect.ACCEPTABLE, desc = "whole answer")
@Outcome(
        id = {"1, 0, 7", "1, 42, 0", "1, 0, 0"},
        expect = Expect.FORBIDDEN,
        desc = "answered before the answer was there")
@Outcome(expect = Expect.FORBIDDEN, desc = "no answer of this broker")
@State
public class AnswerSlotStress {
    private static final int CAPACITY = 1024;
    private static final int SLOTS = 8;

    private final SharedMemoryPublisher publisher;
    private final PublisherPort port;

    public AnswerSlotStress() {
        // A direct buffer is a MappedByteBuffer by type; nobody asks for its file.
        MappedFile file = new MappedFile(
                null, (MappedByteBuffer) ByteBuffer.allocateDirect(PublisherLayout.fileLength(CAPACITY, SLOTS)));
        UnsafeBuffer header = file.buffer();
        header.putInt(PublisherLayout.SLOTS_OFFSET, SLOTS);
        header.putLong(PublisherLayout.HEAD_OFFSET, CAPACITY);
        new RingHeader(CAPACITY, 0, 0, "t", 0, 0, 0, 1, 0)
                .write(header, PublisherLayout.MAGIC, PublisherLayout.VERSION);
        // The least chunk of a real ring is longer than this one.
        header.putInt(RingLayout.CHUNK_BYTES_OFFSET, RingLayout.FRAME_ALIGNMENT);
        header.putLong(RingLayout.LIMIT_OFFSET, CAPACITY + RingLayout.FRAME_ALIGNMENT);
        publisher = new SharedMemoryPublisher(null, file, "t", 0);
        port = new PublisherPort(null, null, file, header);
        port.accept(1, 0);
        if (publisher.offer(null, 0, -1, null, 0, -1) != 1 || port.next() != PublisherPort.REQUEST) {
            throw new AssertionError("the request did not arrive");
        }
    }

    @Actor
    public void broker() {
        port.answer(1, 42, (short) 0, 7);
        port.release();
    }

    @Actor
    public void publisher(JJJ_Result result) {
        result.r1 = publisher.poll(
                (number, offset, error, appendTimeMs) -> {
                    result.r2 = offset;
                    result.r3 = appendTimeMs;
                },
                1);
    }
}
