package io.tickwire.storage.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import org.agrona.UnsafeApi;

/**
 * The writing end of one Chronicle Queue: entries are encoded in place, files change only when told to.
 *
 * <p>Chronicle rolls its files by the clock. This journal gives it a clock of its own that stands still within a file and
 * moves one cycle ahead on {@link #roll()}, so that files change by size or age as Kafka's segments do.
 *
 * <p>One thread at a time; the thread may change between calls. {@link #claim}, {@link #commit} and {@link #abort} do not
 * allocate, except when a claim enters a new block or file, or is the first one larger than a quarter of a block: then the
 * queue is opened again with larger blocks.
 */
public final class Journal implements AutoCloseable {
    /** Smallest block: what is mapped at a time. An entry fits when it is at most a quarter of that. */
    public static final long DEFAULT_BLOCK_BYTES = 256 * 1024;

    /** Room in a file for what Chronicle adds between entries: an index page, headers, the end mark. */
    public static final long SLACK_BYTES = 8192;

    /** Largest entry, bytes: what a 1 GiB block holds. */
    public static final int MAX_ENTRY_BYTES = 256 * 1024 * 1024;

    /**
     * Zeros that a new file begins with: as much as Chronicle writes before the first entry. A fault on a page that is not in memory has
     * the kernel read ahead, which in a file of holes only clears memory, 8 MiB of it where the device is set to that.
     */
    private static final int FIRST_BYTES = 16 * 1024;

    private static final long LARGEST_BLOCK_BYTES = 1L << 30;

    /** Chronicle's own index is sparse and small: readers here have their own. 128 × 128 × 4096 is over 67 M entries a file. */
    private static final int INDEX_COUNT = 128;

    private static final int INDEX_SPACING = 4096;
    private static final long SMALLEST_OVERLAP_BLOCK = 256 * 1024;
    private static final long SMALL_BLOCK_OVERLAP = 64 * 1024;
    private static final long MILLIS_PER_CYCLE = 3_600_000L;
    private static final long LOCK_TIMEOUT_MS = 200;

    private final Path directory;
    private final SegmentClock clock = new SegmentClock();
    private SingleChronicleQueue queue;
    private ExcerptAppender appender;
    private DocumentContext document;
    private Bytes<?> bytes;
    private long blockBytes;
    private long claimedPosition;
    private long claimedAddress;
    private int claimedLength;
    private int cycle;
    private long blockReopens;

    private Journal(final Path directory, final int cycle, final long blockBytes) {
        this.directory = directory;
        this.cycle = cycle;
        this.blockBytes = blockBytes;
        clock.cycle = cycle;
        openQueue();
    }

    /**
     * Opens a journal for appending to a given file, or creates it. The directory must be free of other writers and must
     * have been closed cleanly: after a crash, start a new directory.
     *
     * @param cycle number of the file to append to
     * @param largestEntryBytes the largest entry to expect; larger ones work, at the price of one reopening
     * @param fileBytes how large a file is to become: up to 1 GiB it is mapped as one block
     */
    public static Journal open(final Path directory, final int cycle, final int largestEntryBytes, final long fileBytes)
            throws IOException {
        Files.createDirectories(directory);
        return new Journal(directory, cycle, Math.max(blockFor(largestEntryBytes), blockOf(fileBytes)));
    }

    private void openQueue() {
        queue = SingleChronicleQueueBuilder.binary(directory)
                .rollCycle(RollCycles.FAST_HOURLY)
                .indexCount(INDEX_COUNT)
                .indexSpacing(INDEX_SPACING)
                .timeProvider(clock)
                .blockSize(blockBytes)
                .timeoutMS(LOCK_TIMEOUT_MS)
                .build();
        queue.refreshDirectoryListing();
        appender = queue.createAppender();
        appender.singleThreadedCheckDisabled(true);
    }

    /**
     * Starts an entry of at most {@code maxLength} bytes.
     *
     * @return address of its first byte, which holds until {@link #commit} or {@link #abort}
     */
    public long claim(final int maxLength) {
        return claim(maxLength, false);
    }

    /** The same for an entry that readers of data pass over, {@link JournalFormat#METADATA}. */
    public long claimMetadata(final int maxLength) {
        return claim(maxLength, true);
    }

    private long claim(final int maxLength, final boolean metadata) {
        assert document == null : "claimed twice";
        if (maxLength > overlapBytes(blockBytes)) {
            growBlocks(maxLength);
        }
        final DocumentContext context = appender.writingDocument(metadata);
        bytes = context.wire().bytes();
        claimedPosition = bytes.writePosition();
        claimedAddress = bytes.addressForWrite(claimedPosition);
        claimedLength = maxLength;
        document = context;
        return claimedAddress;
    }

    /** Makes and maps the file that the next claim writes to, which Chronicle otherwise does then. Takes milliseconds. */
    public void openFile() throws IOException {
        final Path file = file();
        if (Files.notExists(file)) {
            // Chronicle takes zeros for a file yet to be begun.
            Files.write(file, new byte[FIRST_BYTES], StandardOpenOption.CREATE_NEW);
        }
        claim(1);
        abort(0);
    }

    /** Completes the entry: its first {@code length} bytes become visible to readers. Nothing after them may have been written. */
    public void commit(final int length) {
        assert length > 0 && length <= claimedLength : "commit of " + length + " of " + claimedLength;
        bytes.writePosition(claimedPosition + length);
        document.close();
        document = null;
    }

    /** Drops the entry: what was written of its first {@code touched} bytes is zeroed. */
    public void abort(final int touched) {
        bytes.writePosition(claimedPosition);
        UnsafeApi.setMemory(claimedAddress, Math.min(touched, claimedLength), (byte) 0);
        document.rollbackOnClose();
        document.close();
        document = null;
    }

    /** Position in the file of the claimed or last completed entry's header. */
    public long headerPosition() {
        return claimedPosition - JournalFormat.HEADER_BYTES;
    }

    /** Ends the file with the next claim, which starts the next one. Opening a file takes milliseconds. */
    public void roll() {
        assert document == null : "roll inside a claim";
        cycle++;
        clock.cycle = cycle;
    }

    /** Number of the file that the next claim writes to. */
    public int cycle() {
        return cycle;
    }

    /** The file that the next claim writes to. */
    public Path file() {
        return directory.resolve(JournalFormat.fileName(cycle));
    }

    /** Largest entry that needs no larger blocks. */
    public long largestEntryBytes() {
        return overlapBytes(blockBytes);
    }

    /** Address at which the mapping of the last claim has, or would have, the file's first byte. */
    public long mappedBase() {
        return claimedAddress - claimedPosition;
    }

    /** Position in the file at which the mapping of the last claim begins. */
    public long mappedFrom() {
        return claimedPosition & -blockBytes;
    }

    /** Bytes of the mapping of the last claim, its overlap with the next one included. */
    public long mappingBytes() {
        return blockBytes + overlapBytes(blockBytes);
    }

    /** Position in the file up to which the mapping of the last claim surely reaches. */
    public long mappedTo() {
        return mappedFrom() + blockBytes;
    }

    /** Bytes of a block: how far ahead of the writer the file is mapped and sized. */
    public long blockBytes() {
        return blockBytes;
    }

    /** How often the queue was opened again because of an entry larger than expected. */
    public long blockReopens() {
        return blockReopens;
    }

    private void growBlocks(final int entryBytes) {
        if (entryBytes > MAX_ENTRY_BYTES) {
            throw new IllegalArgumentException("entry of " + entryBytes + " bytes, at most " + MAX_ENTRY_BYTES);
        }
        appender.close();
        queue.close();
        blockBytes = blockFor(entryBytes);
        blockReopens++;
        openQueue();
    }

    /** Block size, a power of two, whose overlap holds an entry. */
    static long blockFor(final int entryBytes) {
        long block = DEFAULT_BLOCK_BYTES;
        while (overlapBytes(block) < entryBytes) {
            block <<= 1;
        }
        return block;
    }

    /** Block size, a power of two, that holds a file. */
    private static long blockOf(final long fileBytes) {
        final long bytes = Math.clamp(fileBytes, DEFAULT_BLOCK_BYTES, LARGEST_BLOCK_BYTES);
        return Long.highestOneBit(2 * bytes - 1);
    }

    /** What Chronicle maps beyond a block, and so the largest entry that is sure to be contiguous. */
    private static long overlapBytes(final long block) {
        return block <= SMALLEST_OVERLAP_BLOCK ? SMALL_BLOCK_OVERLAP : block / 4;
    }

    @Override
    public void close() {
        if (document != null) {
            abort(claimedLength);
        }
        appender.close();
        queue.close();
    }

    // Keeps Chronicle's timing notes out of the log: they are not the operator's business.
    static {
        Jvm.disablePerfHandler();
        Jvm.disableDebugHandler();
    }

    /** A clock that shows the number of the current file. */
    private static final class SegmentClock implements TimeProvider {
        private int cycle;

        @Override
        public long currentTimeMillis() {
            return cycle * MILLIS_PER_CYCLE;
        }
    }
}
