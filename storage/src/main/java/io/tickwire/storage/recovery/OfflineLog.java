package io.tickwire.storage.recovery;

import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.segment.Batches;
import io.tickwire.storage.segment.Generations;
import io.tickwire.storage.segment.LogManifest;
import io.tickwire.storage.segment.SegmentInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A log's files for inspection: takes no lock, writes nothing, reports everything that is wrong. */
public final class OfflineLog {
    private final Path directory;
    private LogManifest manifest;

    private OfflineLog(final Path directory, final LogManifest manifest) {
        this.directory = directory;
        this.manifest = manifest;
    }

    /** Directories of all logs of a data directory, sorted by name. */
    public static List<Path> directories(final Path dataDir) throws IOException {
        try (Stream<Path> children = Files.list(dataDir.resolve("logs"))) {
            return children.filter(Files::isDirectory).sorted().toList();
        }
    }

    /**
     * Opens the log of a partition's directory.
     *
     * @throws IOException when it has no usable manifest
     */
    public static OfflineLog open(final Path logDirectory) throws IOException {
        return new OfflineLog(logDirectory, LogManifest.read(logDirectory));
    }

    /** Table of contents as last written. */
    public LogManifest manifest() {
        return manifest;
    }

    /** The directory. */
    public Path directory() {
        return directory;
    }

    /** Journal file of a segment. */
    public Path file(final SegmentInfo segment) {
        return Generations.directory(directory, segment.generation()).resolve(JournalFormat.fileName(segment.cycle()));
    }

    /** Segments in order, with those that a writer rolled to after the manifest was written. */
    public List<SegmentInfo> segments() {
        final List<SegmentInfo> all = new ArrayList<>(manifest.segments());
        if (!all.isEmpty() && manifest.open()) {
            final SegmentInfo last = all.getLast();
            for (int cycle = last.cycle() + 1; ; cycle++) {
                final SegmentInfo rolled = SegmentInfo.empty(last.generation(), cycle, last.nextOffset(), 0);
                if (!Files.exists(file(rolled))) {
                    break;
                }
                all.add(rolled);
            }
        }
        return all;
    }

    /** Reads one segment with its checksums. */
    public SegmentScan scan(final SegmentInfo segment, final SegmentScan.Visitor visitor) throws IOException {
        final SegmentScan.Offsets offsets =
                manifest.segments().contains(segment) ? SegmentScan.Offsets.of(segment) : SegmentScan.Offsets.FROM_BASE;
        return new SegmentScan().scan(file(segment), segment.baseOffset(), offsets, visitor);
    }

    /** Reads everything; what is wrong, in order. Empty for a sound log. */
    public List<Corruption> verify() throws IOException {
        final List<Corruption> problems = new ArrayList<>();
        walk((entry, position, length) -> {}, problems::add);
        return problems;
    }

    /**
     * Reads everything in order, also while a broker appends to the log, deletes from it and compacts it: where a segment was
     * replaced meanwhile, its replacement is read from the offset on that was reached.
     *
     * @param visitor learns of each sound batch
     * @param problems learns of everything that is wrong
     * @return offset after the last sound batch
     */
    public long walk(final SegmentScan.Visitor visitor, final Consumer<Corruption> problems) throws IOException {
        final Deque<SegmentInfo> unread = new ArrayDeque<>(segments());
        long next = 0;
        boolean replaced = false;
        while (!unread.isEmpty()) {
            final SegmentInfo segment = unread.poll();
            final long reached = next;
            try {
                final SegmentScan scan = scan(segment, (entry, position, length) -> {
                    if (Batches.lastOffset(entry) >= reached) {
                        visitor.onBatch(entry, position, length);
                    }
                });
                if (segment.baseOffset() < reached && !replaced) {
                    problems.accept(new Corruption(
                            file(segment), 0, segment.baseOffset(), "overlaps the segment before", false));
                }
                report(segment, scan, problems);
                next = Math.max(next, scan.nextOffset());
                replaced = false;
            } catch (final NoSuchFileException e) {
                manifest = LogManifest.read(directory);
                if (manifest.segments().contains(segment)) {
                    problems.accept(new Corruption(file(segment), 0, segment.baseOffset(), "file is missing", true));
                    continue;
                }
                unread.clear();
                segments().stream()
                        .filter(now -> !now.sealed() || now.nextOffset() > reached)
                        .forEach(unread::add);
                replaced = true;
            }
        }
        return next;
    }

    private void report(final SegmentInfo segment, final SegmentScan scan, final Consumer<Corruption> problems) {
        scan.corruptions().forEach(problems);
        final boolean exact = segment.sealed() || !manifest.open();
        if (exact && scan.corruptions().isEmpty() && scan.nextOffset() != segment.nextOffset()) {
            problems.accept(new Corruption(
                    file(segment),
                    scan.endPosition(),
                    scan.nextOffset(),
                    "ends at offset " + scan.nextOffset() + ", the manifest says " + segment.nextOffset(),
                    false));
        }
    }
}
