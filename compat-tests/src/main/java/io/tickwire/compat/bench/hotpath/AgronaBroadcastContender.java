package io.tickwire.compat.bench.hotpath;

import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import org.agrona.DirectBuffer;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.broadcast.BroadcastBufferDescriptor;
import org.agrona.concurrent.broadcast.BroadcastReceiver;
import org.agrona.concurrent.broadcast.BroadcastTransmitter;

/** Agrona's broadcast buffer over a mapped file in shared memory, 64 MiB: lossy when lapped, as Tickwire's live ring is without catch-up. */
final class AgronaBroadcastContender implements Contender {
    private static final int CAPACITY_BYTES = 64 << 20;
    private static final int MESSAGE_TYPE = 1;
    private static final int POLL_LIMIT = 64;

    @Override
    public String name() {
        return "agrona-broadcast";
    }

    private static Path file(Path directory) {
        return Path.of("/dev/shm", "broadcast-" + directory.getFileName());
    }

    @Override
    public Publisher publisher(Path directory, int maxMessageBytes) {
        MappedByteBuffer mapped =
                IoUtil.mapNewFile(file(directory).toFile(), CAPACITY_BYTES + BroadcastBufferDescriptor.TRAILER_LENGTH);
        BroadcastTransmitter transmitter = new BroadcastTransmitter(new UnsafeBuffer(mapped));
        return new Publisher() {
            @Override
            public boolean offer(DirectBuffer message, int length) {
                transmitter.transmit(MESSAGE_TYPE, message, 0, length);
                return true;
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
        MappedByteBuffer mapped = IoUtil.mapExistingFile(file(directory).toFile(), "broadcast");
        BroadcastReceiver receiver = new BroadcastReceiver(new UnsafeBuffer(mapped));
        UnsafeBuffer copy = new UnsafeBuffer(new byte[maxMessageBytes]);
        return new Subscriber() {
            @Override
            public int poll(Handler handler) {
                int count = 0;
                while (count < POLL_LIMIT && receiver.receiveNext()) {
                    int length = receiver.length();
                    copy.putBytes(0, receiver.buffer(), receiver.offset(), length);
                    if (receiver.validate()) {
                        handler.onMessage(copy, 0, length);
                        count++;
                    }
                }
                return count;
            }

            @Override
            public void close() {
                IoUtil.unmap(mapped);
            }
        };
    }
}
