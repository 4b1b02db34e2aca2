package io.tickwire.storage.recovery;

import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.log.RewriteSession;
import io.tickwire.storage.os.GrowingMapping;
import io.tickwire.storage.segment.Batches;
import io.tickwire.storage.segment.EpochStarts;
import io.tickwire.storage.segment.Generations;
import io.tickwire.storage.segment.LogIdentity;
import io.tickwire.storage.segment.LogManifest;
import io.tickwire.storage.segment.NewerManifestException;
import io.tickwire.storage.segment.Segment;
import io.tickwire.storage.segment.SegmentInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Puts the files of one log in order before it is opened.
 *
 * <p>After a clean close the manifest is exact and only file lengths are looked at. After a crash the segments from the recovery
 * point on are read with their checksums; a torn tail is cut and the file's end marked; files that no manifest knows are removed,
 * except those that the writer had rolled to last. What a compaction had not swapped in yet, or no longer needed, is removed in
 * both cases. A journal that may be torn is never appended to again: the log goes on in a
 * new generation, so Chronicle never meets a stale lock, a half-made file or an incomplete entry.
 */
public final class LogRecovery {
    private final Path directory;
    private final FoundEpochs epochs;
    private final SegmentScan scan = new SegmentScan();
    private final List<Corruption> corruptions = new ArrayList<>();
    private long scannedBytes;

    private LogRecovery(final Path directory, final EpochStarts epochs) {
        this.directory = directory;
        this.epochs = new FoundEpochs(epochs);
    }

    /**
     * Recovers the log in {@code directory}.
     *
     * @throws NewerManifestException when a later version of this software has written to it; nothing is changed then
     */
    public static RecoveredLog recover(final Path directory) throws IOException {
        LogManifest manifest;
        Corruption damage = null;
        long rebuiltFrom = 0;
        try {
            manifest = LogManifest.read(directory);
        } catch (final NewerManifestException e) {
            throw e;
        } catch (final IOException e) {
            final ManifestRebuild rebuild = new ManifestRebuild(directory);
            manifest = rebuild.manifest(LogIdentity.read(directory));
            damage = rebuild.damage(e);
            rebuiltFrom = rebuild.readBytes();
        }
        final LogRecovery recovery = new LogRecovery(directory, manifest.epochs());
        if (damage != null) {
            recovery.corruptions.add(damage);
            recovery.scannedBytes = rebuiltFrom;
        }
        return recovery.run(manifest);
    }

    private RecoveredLog run(final LogManifest manifest) throws IOException {
        if (!manifest.open() && isExact(manifest)) {
            if (Files.exists(directory.resolve(RewriteSession.MARKER))) {
                removeStrays(manifest.segments());
            }
            return new RecoveredLog(manifest, true, 0, List.of());
        }
        final List<SegmentInfo> candidates = new ArrayList<>(manifest.segments());
        adoptRolled(candidates);
        removeStrays(candidates);
        final List<SegmentInfo> sound = new ArrayList<>();
        long next = manifest.logStartOffset();
        for (final SegmentInfo info : candidates) {
            final SegmentInfo checked = checked(info, manifest, sound.isEmpty() ? 0 : next);
            if (checked != null) {
                sound.add(checked);
                next = checked.nextOffset();
            }
        }
        final LogManifest recovered = new LogManifest(
                manifest.topic(),
                manifest.topicIdMsb(),
                manifest.topicIdLsb(),
                manifest.partition(),
                manifest.logStartOffset(),
                Math.max(manifest.logEndOffset(), next),
                manifest.recoveryPoint(),
                manifest.nextGeneration(),
                false,
                manifest.epochs(),
                sound);
        recovered.write(directory, false);
        return new RecoveredLog(recovered, false, scannedBytes, corruptions);
    }

    /** The segment as it is now, or null when nothing of it is left. */
    private SegmentInfo checked(final SegmentInfo info, final LogManifest manifest, final long leastOffset)
            throws IOException {
        final Path file = file(info);
        if (!Files.exists(file)) {
            if (info.bytes() > 0) {
                corruptions.add(new Corruption(file, 0, info.baseOffset(), "file is missing", Corruption.Outcome.GONE));
            }
            return null;
        }
        if (isKnown(info, manifest) && Files.size(file) >= info.endPosition()) {
            return info;
        }
        final SegmentInfo found = manifest.segments().contains(info)
                ? read(info, info.baseOffset(), SegmentScan.Offsets.of(info))
                : read(info, Math.max(info.baseOffset(), leastOffset), SegmentScan.Offsets.FROM_BASE);
        if (found.endPosition() > 0) {
            return found;
        }
        Files.deleteIfExists(file);
        Files.deleteIfExists(Generations.indexFile(file));
        return null;
    }

    /** A cleanly closed log's files are as long as the manifest says, and nothing was appended after it was written. */
    private boolean isExact(final LogManifest manifest) throws IOException {
        for (final SegmentInfo info : manifest.segments()) {
            final Path file = file(info);
            if (!Files.exists(file) || Files.size(file) < info.endPosition()) {
                return false;
            }
        }
        return manifest.segments().isEmpty()
                || manifest.segments().getLast().sealed()
                || endsAt(manifest.segments().getLast());
    }

    private boolean endsAt(final SegmentInfo last) throws IOException {
        final Path file = file(last);
        final long size = Files.size(file);
        try (GrowingMapping mapping = GrowingMapping.readOnly(file, size)) {
            long position = last.endPosition();
            while (position + JournalFormat.HEADER_BYTES <= size) {
                final int header = JournalFormat.header(mapping.address() + position);
                if (!JournalFormat.isMetadata(header)) {
                    return header == JournalFormat.NOT_WRITTEN;
                }
                position = JournalFormat.next(position, header);
            }
            return true;
        }
    }

    /** Sealed before the recovery point: known to be on the device, and checked again whenever it is read. */
    private static boolean isKnown(final SegmentInfo info, final LogManifest manifest) {
        return info.sealed() && info.nextOffset() <= manifest.recoveryPoint();
    }

    /** Files that the writer rolled to after the manifest was written. */
    private void adoptRolled(final List<SegmentInfo> candidates) {
        if (candidates.isEmpty()) {
            return;
        }
        final SegmentInfo last = candidates.getLast();
        for (int cycle = last.cycle() + 1; ; cycle++) {
            final SegmentInfo info =
                    SegmentInfo.empty(last.generation(), cycle, last.baseOffset(), System.currentTimeMillis());
            if (!Files.exists(file(info))) {
                return;
            }
            candidates.add(info);
        }
    }

    private void removeStrays(final List<SegmentInfo> known) throws IOException {
        final List<Path> generations;
        try (Stream<Path> children = Files.list(directory)) {
            generations = children.filter(p -> Generations.number(p) >= 0).toList();
        }
        for (final Path generation : generations) {
            final int number = Generations.number(generation);
            final boolean used = known.stream().anyMatch(s -> s.generation() == number);
            final List<Path> files;
            try (Stream<Path> children = Files.list(generation)) {
                files = children.toList();
            }
            for (final Path file : files) {
                if (!used || isStray(file, number, known)) {
                    Files.delete(file);
                }
            }
            if (!used) {
                Files.delete(generation);
            }
        }
        Files.deleteIfExists(directory.resolve(RewriteSession.MARKER));
    }

    private static boolean isStray(final Path file, final int generation, final List<SegmentInfo> known) {
        final int cycle = Generations.cycle(file);
        return cycle >= 0 && known.stream().noneMatch(s -> s.generation() == generation && s.cycle() == cycle);
    }

    /** Reads a segment, building its index again, and cuts what is torn. */
    private SegmentInfo read(final SegmentInfo info, final long leastOffset, final SegmentScan.Offsets offsets)
            throws IOException {
        final Path file = file(info);
        final long baseOffset =
                offsets == SegmentScan.Offsets.FROM_BASE ? scan.firstOffset(file, leastOffset) : leastOffset;
        final Segment segment = new Segment(
                file.getParent(),
                SegmentInfo.empty(info.generation(), info.cycle(), baseOffset, info.createdMs(), info.gaps()),
                Math.max(Files.size(file), 1),
                Segment.DEFAULT_INDEX_INTERVAL_BYTES);
        Files.deleteIfExists(segment.indexFile());
        segment.pin();
        try {
            scan.scan(file, baseOffset, offsets, (entry, position, length) -> {
                epochs.onBatch(Batches.leaderEpoch(entry), Batches.baseOffset(entry));
                segment.appended(
                        position,
                        length,
                        Batches.baseOffset(entry),
                        Batches.lastOffset(entry),
                        Batches.maxTimestamp(entry),
                        Batches.lastOffset(entry));
            });
            epochs.onEnd();
            scannedBytes += scan.readBytes();
            corruptions.addAll(scan.corruptions());
            segment.seal();
            if (segment.endPosition() > 0) {
                if (!scan.isEndMarked() || scan.isTorn()) {
                    segment.writeEndMark();
                }
                segment.trim();
            }
            return segment.info();
        } finally {
            segment.unpin();
            segment.unmapIfUnpinned();
        }
    }

    private Path file(final SegmentInfo info) {
        return Generations.directory(directory, info.generation()).resolve(JournalFormat.fileName(info.cycle()));
    }
}
