package io.tickwire.storage.crash;

import java.io.File;
import java.nio.MappedByteBuffer;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What the child was told of its appends: a mapped file, which survives its death. One log after the other:
 *
 * <pre>
 *   end offset 8 | start offset 8 | for each producer: version 8, then twice: next number 8, and of the last batch its number 8,
 *                                                      records 8, first offset 8
 * </pre>
 *
 * A producer's entry is the first or the second one, as its version is even or odd, so that no kill leaves half of one.
 */
final class Acknowledged implements AutoCloseable {
    private static final int ENTRY_BYTES = 4 * Long.BYTES;
    private static final int PRODUCER_BYTES = Long.BYTES + 2 * ENTRY_BYTES;
    private static final int LOG_BYTES = 2 * Long.BYTES + KnownRecords.PRODUCERS * PRODUCER_BYTES;
    static final int FILE_BYTES = CrashLogs.COUNT * LOG_BYTES;

    private final MappedByteBuffer mapped;
    private final UnsafeBuffer file;

    Acknowledged(File path) {
        mapped = path.exists() ? IoUtil.mapExistingFile(path, "acknowledged") : IoUtil.mapNewFile(path, FILE_BYTES);
        file = new UnsafeBuffer(mapped);
    }

    /** One batch of a producer. */
    record LastBatch(long nextNumber, long number, int records, long firstOffset) {}

    void batch(int log, int producer, LastBatch batch) {
        int at = producerAt(log, producer);
        long version = file.getLong(at) + 1;
        int entry = entryAt(at, version);
        file.putLong(entry, batch.nextNumber);
        file.putLong(entry + Long.BYTES, batch.number);
        file.putLong(entry + 2 * Long.BYTES, batch.records);
        file.putLong(entry + 3 * Long.BYTES, batch.firstOffset);
        file.putLongVolatile(at, version);
    }

    /** The last batch of a producer; null when it has none. */
    LastBatch batch(int log, int producer) {
        int at = producerAt(log, producer);
        long version = file.getLongVolatile(at);
        int entry = entryAt(at, version);
        return version == 0
                ? null
                : new LastBatch(
                        file.getLong(entry),
                        file.getLong(entry + Long.BYTES),
                        (int) file.getLong(entry + 2 * Long.BYTES),
                        file.getLong(entry + 3 * Long.BYTES));
    }

    void endOffset(int log, long offset) {
        file.putLongVolatile(log * LOG_BYTES, offset);
    }

    long endOffset(int log) {
        return file.getLongVolatile(log * LOG_BYTES);
    }

    void startOffset(int log, long offset) {
        file.putLongVolatile(log * LOG_BYTES + Long.BYTES, offset);
    }

    long startOffset(int log) {
        return file.getLongVolatile(log * LOG_BYTES + Long.BYTES);
    }

    private static int producerAt(int log, int producer) {
        return log * LOG_BYTES + 2 * Long.BYTES + producer * PRODUCER_BYTES;
    }

    private static int entryAt(int producerAt, long version) {
        return producerAt + Long.BYTES + (int) (version & 1) * ENTRY_BYTES;
    }

    @Override
    public void close() {
        IoUtil.unmap(mapped);
    }
}
