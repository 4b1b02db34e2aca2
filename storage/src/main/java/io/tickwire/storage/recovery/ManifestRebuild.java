package io.tickwire.storage.recovery;

import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.segment.Batches;
import io.tickwire.storage.segment.EpochStarts;
import io.tickwire.storage.segment.Generations;
import io.tickwire.storage.segment.LogIdentity;
import io.tickwire.storage.segment.LogManifest;
import io.tickwire.storage.segment.ReplacedRange;
import io.tickwire.storage.segment.SegmentInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes a manifest again from the journals of a log, when its own is damaged or missing. What only the manifest knew is lost: a log
 * start offset inside a segment goes back to the segment's beginning.
 *
 * <p>Where compaction was at work, the same offsets may be in old segments and in the one, of a higher generation, that takes their place.
 * The new one is right if it carries its end mark, which is the last thing that is written to it, otherwise the old ones.
 */
final class ManifestRebuild {
    private final Path directory;
    private final List<Found> found = new ArrayList<>();
    private int nextGeneration;
    private long startOffset;
    private long readBytes;

    ManifestRebuild(final Path directory) {
        this.directory = directory;
    }

    /** Reads all journals of the partition's directory. */
    LogManifest manifest(final LogIdentity identity) throws IOException {
        readGenerations();
        final List<SegmentInfo> chosen = choose();
        startOffset = chosen.isEmpty() ? 0 : chosen.getFirst().baseOffset();
        return new LogManifest(
                identity.topic(),
                identity.topicIdMsb(),
                identity.topicIdLsb(),
                identity.partition(),
                startOffset,
                chosen.isEmpty() ? 0 : chosen.getLast().nextOffset(),
                0,
                nextGeneration,
                true,
                new EpochStarts(),
                chosen);
    }

    /** How the manifest that could not be used is reported. */
    Corruption damage(final IOException why) {
        final String what = why instanceof NoSuchFileException ? "the manifest is missing" : why.getMessage();
        return new Corruption(
                directory.resolve(LogManifest.FILE_NAME), 0, startOffset, what, Corruption.Outcome.MADE_AGAIN);
    }

    /** Bytes of journals that were looked at. */
    long readBytes() {
        return readBytes;
    }

    private void readGenerations() throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            for (final Path generation :
                    children.filter(p -> Generations.number(p) >= 0).toList()) {
                nextGeneration = Math.max(nextGeneration, Generations.number(generation) + 1);
                readJournals(generation);
            }
        }
    }

    private void readJournals(final Path generation) throws IOException {
        final ReplacedRange replaced = ReplacedRange.read(generation);
        try (Stream<Path> children = Files.list(generation)) {
            for (final Path file : children.toList()) {
                if (file.getFileName().toString().endsWith(JournalFormat.FILE_SUFFIX) && Generations.cycle(file) >= 0) {
                    read(file, Generations.number(generation), replaced);
                }
            }
        }
    }

    private void read(final Path file, final int generation, final ReplacedRange replaced) throws IOException {
        final long[] first = {-1};
        final SegmentScan scan = new SegmentScan()
                .scan(file, 0, SegmentScan.Offsets.WITH_GAPS, (entry, position, length) -> {
                    if (first[0] < 0) {
                        first[0] = Batches.baseOffset(entry);
                    }
                });
        readBytes += scan.readBytes();
        if (scan.batches() == 0) {
            return;
        }
        final ReplacedRange range = replaced == null ? new ReplacedRange(first[0], scan.nextOffset()) : replaced;
        final SegmentInfo segment = new SegmentInfo(
                generation,
                Generations.cycle(file),
                range.baseOffset(),
                scan.nextOffset(),
                scan.endPosition(),
                scan.endPosition(),
                -1,
                -1,
                -1,
                Files.getLastModifiedTime(file).toMillis(),
                false,
                replaced != null);
        found.add(new Found(segment, range, scan.isEndMarked()));
    }

    /** Segments one behind the other. */
    private List<SegmentInfo> choose() {
        return found.stream()
                .filter(journal -> found.stream().noneMatch(journal::givesWayTo))
                .map(Found::segment)
                .sorted(Comparator.comparingLong(SegmentInfo::baseOffset))
                .toList();
    }

    /**
     * A journal that has batches.
     *
     * @param range offsets that it answers for
     * @param complete it carries its end mark: compaction sets it before it swaps the journal in
     */
    private record Found(SegmentInfo segment, ReplacedRange range, boolean complete) {
        boolean givesWayTo(final Found other) {
            return range.overlaps(other.range)
                    && (segment.generation() < other.segment.generation()
                            ? other.complete
                            : segment.generation() > other.segment.generation() && !complete);
        }
    }
}
