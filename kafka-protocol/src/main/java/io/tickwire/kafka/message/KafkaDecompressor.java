package io.tickwire.kafka.message;

import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.kafka.record.RecordDecompressor;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.BufferSupplier;

/**
 * Decompresses batches with the codecs that Kafka's clients compress them with.
 *
 * <p>Copies the compressed bytes once, because the codecs want a {@link ByteBuffer}. One stream open at a time; one thread per
 * instance. Whatever a codec throws on bad bytes arrives as an {@link IOException}. Memory that a codec reserves because the data
 * say so is bounded: Snappy by {@link SnappyBounds}, LZ4 by its largest block, 4 MiB, Zstandard by its largest window, 128 MiB.
 */
public final class KafkaDecompressor implements RecordDecompressor {
    private static final int KEPT_BYTES = 1 << 20;

    private final BufferSupplier buffers = BufferSupplier.create();
    private final SnappyBounds snappyBounds = new SnappyBounds();
    private byte[] copy = new byte[0];

    @Override
    public InputStream open(final int codec, final DirectBuffer buffer, final int offset, final int length)
            throws IOException {
        if (codec == CompressionType.SNAPPY.id && !snappyBounds.plausible(buffer, offset, length)) {
            throw new IOException("Snappy data declares lengths that it cannot have");
        }
        final byte[] source = copyOf(buffer, offset, length);
        try {
            final Compression compression =
                    Compression.of(CompressionType.forId(codec)).build();
            return new GuardedStream(compression.wrapForInput(
                    ByteBuffer.wrap(source, 0, length).slice(), RecordBatchFlyweight.MAGIC, buffers));
        } catch (final RuntimeException | Error e) {
            throw refused(e);
        }
    }

    private byte[] copyOf(final DirectBuffer buffer, final int offset, final int length) {
        final byte[] target;
        if (length > KEPT_BYTES) {
            target = new byte[length];
        } else {
            if (copy.length < length) {
                copy = new byte[Math.min(KEPT_BYTES, Math.max(length, 2 * copy.length))];
            }
            target = copy;
        }
        buffer.getBytes(offset, target, 0, length);
        return target;
    }

    // Snappy throws an Error of its own; only the machine's own errors pass.
    private static IOException refused(final Throwable cause) {
        if (cause instanceof VirtualMachineError machine) {
            throw machine;
        }
        return new IOException("compressed data are damaged", cause);
    }

    /** The codecs' unchecked exceptions, and Snappy's errors, become checked ones. */
    private static final class GuardedStream extends FilterInputStream {
        private GuardedStream(final InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            try {
                return in.read();
            } catch (final RuntimeException | Error e) {
                throw refused(e);
            }
        }

        @Override
        public int read(final byte[] target, final int offset, final int length) throws IOException {
            try {
                return in.read(target, offset, length);
            } catch (final RuntimeException | Error e) {
                throw refused(e);
            }
        }

        @Override
        public void close() throws IOException {
            try {
                in.close();
            } catch (final RuntimeException | Error e) {
                throw refused(e);
            }
        }
    }
}
