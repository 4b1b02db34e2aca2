package io.tickwire.storage.log;

import io.tickwire.storage.producer.AbortedTransaction;
import io.tickwire.storage.segment.Generations;
import io.tickwire.storage.segment.LogManifest;
import io.tickwire.storage.segment.Segment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The right to put other segments in the place of a log's sealed ones: what compaction needs of a log. One at a time for a log;
 * closing and deleting the log waits until it has ended, so whoever holds it asks {@link #isCancelled()} often. One thread.
 *
 * <p><b>Crash safety.</b> New files go into a generation of their own, whose number the manifest on the device has reserved. Only
 * when they are on the device does one replacement of the manifest swap them in, and only when that is on the device do the old
 * files go. Before the first file and until the last one a marker file tells recovery, also after an otherwise clean stop, that
 * there may be files which the manifest does not list.
 */
public final class RewriteSession implements AutoCloseable {
    /** Name of the marker file in a log's directory. */
    public static final String MARKER = "rewriting";

    private final LogFiles files;
    private final LogProducers producers;
    private final OwnerGate gate;
    private final Semaphore permit;
    private boolean marked;

    /** Replaced files may still be there: an error came between, in this session or one before. */
    private boolean leftovers;

    private int unfinishedGeneration = -1;

    RewriteSession(final LogFiles files, final LogProducers producers, final OwnerGate gate, final Semaphore permit) {
        this.files = files;
        this.producers = producers;
        this.gate = gate;
        this.permit = permit;
    }

    /** True once the log is being closed or deleted: the holder must end without changing anything more. */
    public boolean isCancelled() {
        return gate.isShut();
    }

    /**
     * Makes an empty directory for new journal files. What was put into the one before without being swapped in is removed.
     *
     * @return number of the generation
     */
    public int newGeneration() throws IOException {
        discard();
        files.checkRoom();
        mark();
        final int generation = files.newGeneration();
        files.persist(false); // The number is taken, whatever happens next.
        LogManifest.sync(files.directory());
        Files.createDirectory(directory(generation));
        unfinishedGeneration = generation;
        return generation;
    }

    /** Where the journal files of a generation are. */
    public Path directory(final int generation) {
        return Generations.directory(files.directory(), generation);
    }

    private void mark() throws IOException {
        if (!marked) {
            leftovers = Files.exists(marker()); // By a session before.
            Files.write(marker(), new byte[0]);
            marked = true;
        }
    }

    private Path marker() {
        return files.directory().resolve(MARKER);
    }

    /**
     * Swaps segments.
     *
     * @param replaced neighbours in the log's list, none of them the last one
     * @param fresh what comes in their place, sealed and on the device, of the last {@link #newGeneration()}; null for nothing
     * @return false when retention was faster, or the log is closed: then nothing is changed
     */
    public boolean replace(final List<Segment> replaced, final Segment fresh) throws IOException {
        mark();
        if (isCancelled() || !files.replace(replaced, fresh)) {
            return false;
        }
        if (fresh != null) {
            unfinishedGeneration = -1; // From now on it is the log's, whatever happens next.
        }
        final boolean leftBefore = leftovers;
        leftovers = true;
        LogManifest.sync(files.directory());
        for (final Segment segment : replaced) {
            segment.delete();
        }
        replaced.stream().mapToInt(Segment::generation).distinct().forEach(files::removeIfEmpty);
        leftovers = leftBefore;
        return true;
    }

    /** Tells the log that of some aborted transactions nothing is left but perhaps the marker. */
    public void forgetAborted(final Predicate<AbortedTransaction> gone) throws IOException {
        producers.forgetAborted(gone);
    }

    /** Removes new files that were not swapped in. */
    private void discard() throws IOException {
        if (unfinishedGeneration >= 0) {
            final Path directory = directory(unfinishedGeneration);
            try (Stream<Path> children = Files.list(directory)) {
                for (final Path file : children.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
            unfinishedGeneration = -1;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            discard();
            if (marked && !leftovers) {
                Files.delete(marker());
            }
        } finally {
            permit.release();
        }
    }
}
