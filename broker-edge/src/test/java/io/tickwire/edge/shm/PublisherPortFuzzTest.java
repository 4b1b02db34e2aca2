package io.tickwire.edge.shm;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Any bytes in a publisher's ring: the broker takes well-formed requests or calls it broken, and reads nothing beyond the file. */
class PublisherPortFuzzTest {
    private static final int CAPACITY = RingLayout.MIN_CAPACITY;

    /** The first two bytes say where in the ring the rest lies; frames before it are as a publisher writes them. */
    @FuzzTest(maxDuration = "30s")
    void anyRingIsRequestsOrBroken(final byte[] input) {
        final MappedFile file = new MappedFile(null, (MappedByteBuffer)
                ByteBuffer.allocateDirect(PublisherLayout.fileLength(CAPACITY, PublisherLayout.MIN_SLOTS)));
        final UnsafeBuffer buffer = file.buffer();
        buffer.putInt(PublisherLayout.SLOTS_OFFSET, PublisherLayout.MIN_SLOTS);
        new RingHeader(CAPACITY, 0, 0, "t", 0, 0, 0, 1, 0)
                .write(buffer, PublisherLayout.MAGIC, PublisherLayout.VERSION);
        final PublisherPort port = new PublisherPort(null, null, file, buffer);
        if (input.length < 2) {
            return;
        }
        final ChannelPublisher writer = new ChannelPublisher(file, "t", 0);
        final int before = input[0] & 0x3F;
        for (int i = 1; i <= before; i++) {
            writer.claim(-1, input[1] & 0xFF, 0).identity(i, 0).stamps(0, 0, 0, 0);
            writer.commit(i + 1);
        }
        final int at = RingLayout.HEADER_BYTES + (int) (writer.tail() & (CAPACITY - 1));
        buffer.putBytes(at, input, 2, Math.min(input.length - 2, CAPACITY - (at - RingLayout.HEADER_BYTES)));
        if ((input[0] & 0x40) != 0) {
            // As a committed frame, so that the rest of it is looked at.
            buffer.putLong(at, writer.tail());
        }
        int result = port.next();
        for (int i = 0; result == PublisherPort.REQUEST && i < 2_000; i++) {
            check(port);
            port.release();
            result = port.next();
        }
        if (result != PublisherPort.EMPTY && result != PublisherPort.BROKEN && result != PublisherPort.LEFT) {
            throw new AssertionError("after 2,000 requests: " + result);
        }
    }

    private static void check(final PublisherPort port) {
        final SharedRecord request = port.request();
        if (request.keyLength() < 0 || request.valueLength() < 0 || request.headersLength() < 0) {
            throw new AssertionError("negative length");
        }
        request.buffer().boundsCheck(request.keyIndex(), request.keyLength());
        request.buffer().boundsCheck(request.valueIndex(), request.valueLength());
        request.buffer().boundsCheck(request.headersIndex(), request.headersLength());
    }
}
