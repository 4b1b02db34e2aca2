package io.tickwire.storage.recovery;

import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.segment.Batches;
import io.tickwire.storage.segment.CorruptManifestException;
import io.tickwire.storage.segment.Generations;
import io.tickwire.storage.segment.LogIdentity;
import io.tickwire.storage.segment.LogManifest;
import io.tickwire.storage.segment.SegmentInfo;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A log's files for inspection: takes no lock, writes nothing, reports everything that is wrong. */
public final class OfflineLog {
    private static final Pattern PARTITION = Pattern.compile("(.+)-(\\d{1,9})(?:\\.\\d+)?");

    private final Path directory;
    private final List<Corruption> damage = new ArrayList<>();
    private LogManifest manifest;

    private OfflineLog(final Path directory) {
        this.directory = directory;
    }

    /** Directories of all logs of a data directory, sorted by name. */
    public static List<Path> directories(final Path dataDir) throws IOException {
        try (Stream<Path> children = Files.list(dataDir.resolve("logs"))) {
            return children.filter(Files::isDirectory).sorted().toList();
        }
    }

    /** True for what looks like the directory of a log, whether its manifest is there or not. */
    public static boolean isLog(final Path directory) throws IOException {
        if (Files.exists(directory.resolve(LogManifest.FILE_NAME))) {
            return true;
        }
        try (Stream<Path> children = Files.list(directory)) {
            return children.anyMatch(child -> Generations.number(child) >= 0);
        }
    }

    /**
     * Opens the log of a partition's directory. Where its manifest is damaged or missing, the journals are read to know what there is, as
     * recovery does; {@link #damage} says so.
     *
     * @throws IOException when it cannot be read, or was written by a later version of this software
     */
    public static OfflineLog open(final Path logDirectory) throws IOException {
        final OfflineLog log = new OfflineLog(logDirectory);
        try {
            log.manifest = LogManifest.read(logDirectory);
        } catch (final CorruptManifestException | NoSuchFileException | CharacterCodingException e) {
            final ManifestRebuild rebuild = new ManifestRebuild(logDirectory);
            log.manifest = rebuild.manifest(log.identity());
            log.damage.addFirst(rebuild.damage(e));
        }
        return log;
    }

    /** Which partition it is, by its directory's name where the file that says it cannot be used. */
    private LogIdentity identity() {
        try {
            return LogIdentity.read(directory);
        } catch (final IOException e) {
            final Path file = directory.resolve(LogIdentity.FILE_NAME);
            final String what = e instanceof NoSuchFileException ? "the file is missing" : e.getMessage();
            damage.add(new Corruption(file, 0, 0, what, Corruption.Outcome.LEFT));
            final Matcher name =
                    PARTITION.matcher(directory.toAbsolutePath().getFileName().toString());
            return name.matches()
                    ? new LogIdentity(name.group(1), 0, 0, Integer.parseInt(name.group(2)))
                    : new LogIdentity(directory.toString(), 0, 0, 0);
        }
    }

    /** Table of contents as last written, or as it would be made again. */
    public LogManifest manifest() {
        return manifest;
    }

    /** What is wrong with the files that say what is where, in order. */
    public List<Corruption> damage() {
        return List.copyOf(damage);
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
        damage.forEach(problems);
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
                            file(segment),
                            0,
                            segment.baseOffset(),
                            "overlaps the segment before",
                            Corruption.Outcome.LEFT));
                }
                report(segment, scan, problems);
                next = Math.max(next, scan.nextOffset());
                replaced = false;
            } catch (final NoSuchFileException e) {
                manifest = LogManifest.read(directory);
                if (manifest.segments().contains(segment)) {
                    problems.accept(new Corruption(
                            file(segment), 0, segment.baseOffset(), "file is missing", Corruption.Outcome.GONE));
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
                    Corruption.Outcome.LEFT));
        }
    }
}
