package io.tickwire.edge.metrics;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The histograms of one broker in a file: made by the broker, read by any process that may read the file.
 *
 * <pre>
 * "TWSTATS1" | process id int64 | shards int32 | stages int32 | 8 bytes | for each shard, for each stage: a histogram
 * </pre>
 *
 * Native byte order; the magic number is written last.
 */
@SuppressWarnings("EnumOrdinal") // The stages are the layout, and written and read by one version only.
public final class StatsFile implements AutoCloseable {
    private static final long MAGIC = 0x3153_5441_5453_5754L; // "TWSTATS1"
    private static final int MAGIC_OFFSET = 0;
    private static final int PROCESS_OFFSET = 8;
    private static final int SHARDS_OFFSET = 16;
    private static final int STAGES_OFFSET = 20;
    private static final int HEADER_BYTES = 64;
    private static final int HISTOGRAM_BYTES = (LatencyHistogram.BYTES + 63) & -64;
    private static final int STAGES = Stage.values().length;
    private static final int MOST_SHARDS = 1024;

    private final Path path;
    private final ByteBuffer memory;
    private final UnsafeBuffer buffer;
    private final int shards;

    private StatsFile(Path path, ByteBuffer memory, int shards) {
        this.path = path;
        this.memory = memory;
        this.shards = shards;
        buffer = new UnsafeBuffer(memory);
    }

    /**
     * Makes the file of a broker, in place of a file of that name.
     *
     * @throws IOException when it cannot be made
     */
    public static StatsFile create(Path path, int shards) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        Files.deleteIfExists(path);
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            fill(channel, length(shards));
            MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, length(shards));
            StatsFile file = new StatsFile(path, mapped, shards);
            file.buffer.putLong(PROCESS_OFFSET, ProcessHandle.current().pid());
            file.buffer.putInt(SHARDS_OFFSET, shards);
            file.buffer.putInt(STAGES_OFFSET, STAGES);
            file.buffer.putLongRelease(MAGIC_OFFSET, MAGIC);
            return file;
        }
    }

    /** Takes the space now, so that a full file system is an error here and not the end of a shard's thread later. */
    private static void fill(FileChannel channel, long length) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate(1 << 16);
        for (long at = 0; at < length; at += zeros.position()) {
            zeros.position(0).limit((int) Math.min(zeros.capacity(), length - at));
            while (zeros.hasRemaining()) {
                channel.write(zeros);
            }
        }
    }

    /** The same without a file: counted, but seen by this process only. */
    public static StatsFile inMemory(int shards) {
        return new StatsFile(null, ByteBuffer.allocateDirect(Math.toIntExact(length(shards))), shards);
    }

    /**
     * Opens a broker's file to read.
     *
     * @throws IOException when it cannot be read or is no such file
     */
    public static StatsFile open(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < HEADER_BYTES) {
                throw new IOException(path + " is too short to be a statistics file");
            }
            MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
            UnsafeBuffer header = new UnsafeBuffer(mapped);
            int shards = header.getInt(SHARDS_OFFSET);
            if (header.getLongVolatile(MAGIC_OFFSET) != MAGIC
                    || header.getInt(STAGES_OFFSET) != STAGES
                    || shards < 1
                    || shards > MOST_SHARDS
                    || size != length(shards)) {
                BufferUtil.free(mapped);
                throw new IOException(path + " is no statistics file of this version of Tickwire");
            }
            return new StatsFile(path, mapped, shards);
        }
    }

    private static long length(int shards) {
        return HEADER_BYTES + (long) shards * STAGES * HISTOGRAM_BYTES;
    }

    /** Shards there are. */
    public int shards() {
        return shards;
    }

    /** Process id of the broker. */
    public long processId() {
        return buffer.getLong(PROCESS_OFFSET);
    }

    /** One shard's histogram of one stage; recorded to by that shard's thread only, and only where the file was created. */
    public LatencyHistogram histogram(int shard, Stage stage) {
        return new LatencyHistogram(buffer, HEADER_BYTES + (shard * STAGES + stage.ordinal()) * HISTOGRAM_BYTES);
    }

    /** One shard's histograms. */
    public ShardStats shard(int shard) {
        return new ShardStats(this, shard);
    }

    /** All shards' counts of one stage together. */
    public HistogramSnapshot snapshot(Stage stage) {
        HistogramSnapshot all = HistogramSnapshot.empty();
        for (int shard = 0; shard < shards; shard++) {
            all = all.plus(histogram(shard, stage).snapshot());
        }
        return all;
    }

    /** Unmaps; nobody records any more. */
    @Override
    public void close() {
        BufferUtil.free(memory);
    }

    /** Removes the file and unmaps; nobody records any more. */
    public void delete() throws IOException {
        if (path != null) {
            Files.deleteIfExists(path);
        }
        close();
    }
}
