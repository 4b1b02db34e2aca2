package io.tickwire.storage.recovery;

import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.segment.Generations;
import io.tickwire.storage.segment.LogManifest;
import io.tickwire.storage.segment.SegmentInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A log's files for inspection: takes no lock, writes nothing, reports everything that is wrong. */
public final class OfflineLog {
    private final Path directory;
    private final LogManifest manifest;

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
        return new SegmentScan().scan(file(segment), segment.baseOffset(), visitor);
    }

    /** Reads everything; what is wrong, in order. Empty for a sound log. */
    public List<Corruption> verify() throws IOException {
        final List<Corruption> problems = new ArrayList<>();
        long next = 0;
        for (final SegmentInfo segment : segments()) {
            final Path file = file(segment);
            if (!Files.exists(file)) {
                problems.add(new Corruption(file, 0, segment.baseOffset(), "file is missing", true));
                continue;
            }
            final SegmentScan scan = scan(segment, (address, position, length) -> {});
            problems.addAll(scan.corruptions());
            if (segment.baseOffset() < next) {
                problems.add(new Corruption(file, 0, segment.baseOffset(), "overlaps the segment before", false));
            }
            final boolean exact = segment.sealed() || !manifest.open();
            if (exact && scan.corruptions().isEmpty() && scan.nextOffset() != segment.nextOffset()) {
                problems.add(new Corruption(
                        file,
                        scan.endPosition(),
                        scan.nextOffset(),
                        "ends at offset " + scan.nextOffset() + ", the manifest says " + segment.nextOffset(),
                        false));
            }
            next = scan.nextOffset();
        }
        return problems;
    }
}
