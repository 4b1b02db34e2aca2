package io.tickwire.storage.log;

import io.tickwire.storage.os.Posix;
import io.tickwire.storage.segment.EpochStarts;
import io.tickwire.storage.segment.Generations;
import io.tickwire.storage.segment.LogIdentity;
import io.tickwire.storage.segment.LogManifest;
import io.tickwire.storage.segment.Segment;
import io.tickwire.storage.segment.SegmentInfo;
import io.tickwire.storage.segment.SegmentList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of one log: its generations of journals, its segments and the manifest that lists them. Changes are made under
 * the object's lock, by the owner when it rolls and by others when they delete or compact.
 *
 * <pre>
 *   DIRECTORY/manifest
 *   DIRECTORY/g0/            one Chronicle queue: metadata.cq4t, 19700101-00F.cq4, 19700101-00F.idx, …
 *   DIRECTORY/g1/            the next one, begun after a crash or by compaction
 * </pre>
 */
public final class LogFiles {
    private static final Logger LOGGER = LoggerFactory.getLogger(LogFiles.class);

    /** What opening a journal may write before room can be reserved. */
    private static final long OPENING_BYTES = 512 * 1024;

    private final TopicKey key;
    private final Path directory;
    private final SegmentList segments = new SegmentList();
    private final LogOffsets offsets;
    private final EpochStarts epochs;
    private int nextGeneration;
    private volatile long recoveryPoint;
    private long checkpoint;
    private boolean open;

    /** The manifest, or the entry of a file in its directory, may not be on the device. */
    private volatile boolean listUnsynced = true;

    private volatile boolean refused;

    /** Takes over what recovery found. */
    public LogFiles(final TopicKey key, final Path directory, final LogManifest manifest, final LogSettings settings) {
        this.key = key;
        this.directory = directory;
        this.nextGeneration = manifest.nextGeneration();
        this.recoveryPoint = manifest.recoveryPoint();
        this.checkpoint = manifest.recoveryPoint();
        this.open = manifest.open();
        this.epochs = manifest.epochs();
        this.offsets = new LogOffsets(manifest.logStartOffset(), manifest.logEndOffset(), manifest.logEndOffset());
        for (final SegmentInfo info : manifest.segments()) {
            segments.add(segment(info, settings));
        }
    }

    /** Creates the directory of a new log. */
    public static LogManifest create(final TopicKey key, final Path directory) throws IOException {
        Files.createDirectories(directory);
        new LogIdentity(key.topic(), key.topicIdMsb(), key.topicIdLsb(), key.partition()).write(directory);
        final LogManifest manifest = new LogManifest(
                key.topic(),
                key.topicIdMsb(),
                key.topicIdLsb(),
                key.partition(),
                0,
                0,
                0,
                0,
                false,
                new EpochStarts(),
                List.of());
        manifest.write(directory, false);
        return manifest;
    }

    Segment segment(final SegmentInfo info, final LogSettings settings) {
        return new Segment(
                Generations.directory(directory, info.generation()),
                info,
                windowBytes(settings),
                settings.indexIntervalBytes());
    }

    /** How much of a growing segment to map at once: all it should hold, so that it is mapped once. */
    private static long windowBytes(final LogSettings settings) {
        return settings.segmentBytes() + (long) settings.rules().maxBatchBytes() + 64 * 1024;
    }

    /** Refuses to begin a journal file on a full device: what Chronicle writes first cannot be reserved. */
    void checkRoom() throws IOException {
        // One statvfs: Files.getFileStore would read the table of mounts each time.
        if (directory.toFile().getUsableSpace() < OPENING_BYTES) {
            throw new IOException("no space left on the device of " + directory);
        }
    }

    /** Reserves the number of a new journal directory. */
    public synchronized int newGeneration() {
        return nextGeneration++;
    }

    /** Adds a segment behind the others. */
    synchronized void add(final Segment segment, final boolean durable) throws IOException {
        segments.add(segment);
        persist(durable);
    }

    /** Removes segments; their files are still there. */
    synchronized void remove(final List<Segment> doomed) throws IOException {
        doomed.forEach(segments::remove);
        persist(false);
    }

    /**
     * Puts one segment, or none, in the place of neighbours, or changes nothing. The manifest need not be on the device yet when
     * this returns, and the files of the replaced ones are still there.
     *
     * @param fresh the replacement, whose files are on the device; null for none
     * @return false when one of the segments is not in the list any more
     * @throws IOException when the manifest cannot be written: then nothing is changed
     */
    synchronized boolean replace(final List<Segment> replaced, final Segment fresh) throws IOException {
        final Segment[] before = segments.snapshot();
        if (!segments.replace(replaced, fresh == null ? List.of() : List.of(fresh))) {
            return false;
        }
        try {
            persist(false); // The owner may be waiting to persist: it must not wait for the device.
            return true;
        } catch (final IOException | RuntimeException e) {
            segments.restore(before);
            throw e;
        }
    }

    /** Removes the directory of a generation that has no journal file any more. */
    void removeIfEmpty(final int generation) {
        final Path journal = Generations.directory(directory, generation);
        try {
            final List<Path> rest;
            try (Stream<Path> children = Files.list(journal)) {
                rest = children.toList();
            }
            if (rest.stream().anyMatch(file -> Generations.cycle(file) >= 0)) {
                return;
            }
            for (final Path file : rest) {
                Files.delete(file);
            }
            Files.delete(journal);
        } catch (final NoSuchFileException e) {
            // Gone already.
        } catch (final IOException | UncheckedIOException e) {
            LOGGER.warn("removing {}", journal, e);
        }
    }

    /** Notes that a writer is at work: from now on the manifest is a lower bound. */
    synchronized void markOpen(final boolean durable) throws IOException {
        if (!open) {
            openFor(nextGeneration, durable);
        }
    }

    /** {@link #markOpen}, and the number of a new journal directory is taken, whatever happens next: in one manifest. */
    synchronized int openGeneration(final boolean durable) throws IOException {
        final int generation = nextGeneration;
        openFor(generation + 1, durable);
        return generation;
    }

    private void openFor(final int generation, final boolean durable) throws IOException {
        final boolean wasOpen = open;
        open = true;
        nextGeneration = generation;
        try {
            persist(durable);
        } catch (final IOException | RuntimeException e) {
            open = wasOpen; // What the device has may say otherwise: the next attempt writes it again.
            throw e;
        }
    }

    /** Notes that the last entry of every segment is known. */
    synchronized void markClosed(final boolean durable) throws IOException {
        if (open) {
            open = false;
            persist(durable);
        }
    }

    /** The log is deleted: its manifest is nobody's any more. */
    synchronized void abandon() {
        open = false;
    }

    /**
     * Puts the segments that have ended on the device and says so in the manifest: recovery does not read them. Any thread; blocks.
     */
    void checkpoint() throws IOException {
        long end = 0;
        for (final Segment segment : segments.snapshot()) {
            if (!segment.isSealed()) {
                break;
            }
            if (segment.nextOffset() > recoveryPoint && !segment.isDeleted()) {
                sync(segment);
            }
            end = segment.nextOffset();
        }
        recoveryPoint(end);
        persistCheckpoint(end);
    }

    private synchronized void persistCheckpoint(final long end) throws IOException {
        if (open && end > checkpoint) {
            persist(false);
            checkpoint = end;
        }
    }

    /** Writes the manifest. */
    public synchronized void persist(final boolean durable) throws IOException {
        new LogManifest(
                        key.topic(),
                        key.topicIdMsb(),
                        key.topicIdLsb(),
                        key.partition(),
                        offsets.logStart(),
                        offsets.logEnd(),
                        recoveryPoint,
                        nextGeneration,
                        open,
                        epochs,
                        segments.infos())
                .write(directory, durable);
        listUnsynced = true; // A manifest may be durable, the files that it names need not be.
    }

    /** Waits until the journal files from the recovery point on, and all by which they are found, are on the device. */
    void syncSegments() throws IOException {
        final Segment[] current = segments.snapshot();
        for (final Segment segment : current) {
            if (segment.nextOffset() > recoveryPoint && !segment.isDeleted()) {
                sync(segment);
            }
        }
        if (listUnsynced && current.length > 0) {
            syncList(current);
        }
    }

    private void syncList(final Segment[] current) throws IOException {
        listUnsynced = false; // What is written from now on is the next one's.
        try {
            final Path newest = current[current.length - 1].dataFile().getParent();
            for (final Path parent : List.of(newest, directory.getParent())) {
                try (FileChannel entries = FileChannel.open(parent, StandardOpenOption.READ)) {
                    entries.force(true);
                }
            }
            LogManifest.sync(directory);
        } catch (final NoSuchFileException e) {
            listUnsynced = true; // Deleted meanwhile: the segment, by compaction, or the log.
        } catch (final IOException e) {
            listUnsynced = true;
            throw e;
        }
    }

    /**
     * True when the device has refused to take what was written: the kernel then holds those pages for clean, and a later attempt
     * would succeed without them.
     */
    boolean hasRefused() {
        return refused;
    }

    private void sync(final Segment segment) throws IOException {
        final int fd;
        try {
            fd = Posix.open(segment.dataFile(), Posix.O_RDONLY);
        } catch (final IOException e) {
            if (segment.isDeleted()) {
                return; // Retention was faster.
            }
            throw e;
        }
        try {
            Posix.dataSync(fd);
        } catch (final IOException e) {
            refused = true;
            throw e;
        } finally {
            Posix.close(fd);
        }
    }

    /** Everything before {@code offset} is on the device. Takes effect on disk with the next {@link #persist}. */
    public synchronized void recoveryPoint(final long offset) {
        recoveryPoint = Math.max(recoveryPoint, offset);
    }

    public long recoveryPoint() {
        return recoveryPoint;
    }

    public SegmentList segments() {
        return segments;
    }

    public Path directory() {
        return directory;
    }

    public TopicKey key() {
        return key;
    }

    /** Where leader epochs began. */
    public EpochStarts epochs() {
        return epochs;
    }

    LogOffsets offsets() {
        return offsets;
    }

    /** Bytes of all batches. Any thread. */
    long sizeInBytes() {
        long bytes = 0;
        for (final Segment segment : segments.snapshot()) {
            bytes += segment.bytes();
        }
        return bytes;
    }
}
