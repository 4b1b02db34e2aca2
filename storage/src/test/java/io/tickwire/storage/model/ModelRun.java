package io.tickwire.storage.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.log.AppendOrigin;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.Isolation;
import io.tickwire.storage.log.SmallDisk;
import io.tickwire.storage.log.TimestampResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One seeded run of random operations on a partition log, checked against {@link LogModel} after each. It ends with a flipped bit, now
 * and then.
 */
final class ModelRun implements AutoCloseable {
    private static final int PRODUCERS = 3;
    private static final String[] POLICIES = {"delete", "compact", "compact,delete"};

    private final Random random;
    private final LogModel model = new LogModel();
    private final LogUnderTest log;
    private final ModelCompaction compaction;
    private final BatchMaker maker;
    private final LogReader reader = new LogReader();
    private final AppendResult result = new AppendResult();
    private final TimestampResult timestampResult = new TimestampResult();
    private final List<LogModel.Entry> read = new ArrayList<>();
    private final int[] sequences = new int[PRODUCERS];
    private final ModelFullDisk fullDisk;
    private String policy;

    /** With a {@code disk} under {@code root} that may be filled; null where it must not be. */
    ModelRun(long seed, Path root, SmallDisk disk) throws IOException {
        random = new Random(seed);
        maker = new BatchMaker(random);
        policy = POLICIES[random.nextInt(POLICIES.length)];
        log = new LogUnderTest(root, random, policy);
        compaction = new ModelCompaction(log, model, random);
        fullDisk = disk == null ? null : new ModelFullDisk(disk, random);
    }

    void run(int operations) throws IOException {
        for (int i = 0; i < operations; i++) {
            log.time.advance(random.nextInt(30));
            if (fullDisk != null && random.nextInt(10) == 0) {
                fullDisk.run(this::tryAppend, this::readEverything);
            }
            step(random.nextInt(100));
            assertEquals(model.logEndOffset(), log.get().logEndOffset(), "log end offset");
            assertEquals(model.logStartOffset(), log.get().logStartOffset(), "log start offset");
            assertEquals(model.lastStableOffset(), log.get().lastStableOffset(), "last stable offset");
        }
        readEverything();
        if (random.nextInt(3) == 0) {
            new ModelDamage(log, model, random).run(reader, sequences);
        }
    }

    private void step(int dice) throws IOException {
        if (dice < 30) {
            append(-1, false);
        } else if (dice < 38) {
            append(random.nextInt(PRODUCERS), false);
        } else if (dice < 54) {
            transact(random.nextInt(PRODUCERS));
        } else if (dice < 72) {
            readSomewhere();
        } else if (dice < 76) {
            lookUpTimestamp();
        } else if (dice < 79) {
            deleteRecords();
        } else if (dice < 82) {
            retain();
        } else if (dice < 85) {
            log.get().roll(log.nowMs());
        } else if (dice < 91) {
            compaction.run();
            readEverything();
        } else if (dice < 93) {
            compaction.runAndCrash();
            readEverything();
        } else if (dice < 95) {
            configure();
        } else if (dice < 97) {
            log.reopen();
        } else {
            log.crash();
        }
    }

    private void configure() {
        switch (random.nextInt(3)) {
            case 0 -> log.configure("internal.segment.bytes", Integer.toString(8_192 << random.nextInt(5)));
            case 1 -> log.configure("index.interval.bytes", Integer.toString(random.nextInt(8_192)));
            default -> {
                policy = POLICIES[random.nextInt(POLICIES.length)];
                log.configure("cleanup.policy", policy);
            }
        }
    }

    private boolean isCompacted() {
        return policy.contains("compact");
    }

    /** A batch of a plain producer, -1, or of an idempotent one that has no open transaction. */
    private void append(int producer, boolean transactional) {
        if (producer >= 0 && !transactional && model.isOpen(producer)) {
            transact(producer);
            return;
        }
        maker.make(
                model.logEndOffset(),
                log.nowMs(),
                isCompacted(),
                producer,
                producer < 0 ? -1 : sequences[producer],
                transactional);
        store(AppendOrigin.CLIENT);
        if (producer >= 0) {
            sequences[producer] += maker.contents().size();
        }
        if (transactional) {
            model.appendInTransaction(maker.contents(), producer);
        } else {
            model.append(maker.contents());
        }
    }

    /** A batch of a plain producer that may be refused. */
    private short tryAppend() {
        maker.make(model.logEndOffset(), log.nowMs(), isCompacted(), -1, -1, false);
        short error = log.get().append(maker.buffer(), 0, maker.length(), AppendOrigin.CLIENT, 0, log.nowMs(), result);
        if (error == KafkaErrors.NONE) {
            model.append(maker.contents());
        }
        assertEquals(model.logEndOffset(), log.get().logEndOffset(), "log end offset");
        return error;
    }

    private void transact(int producer) {
        if (!model.isOpen(producer) || random.nextInt(2) == 0) {
            append(producer, true);
            return;
        }
        boolean abort = random.nextBoolean();
        maker.makeMarker(model.logEndOffset(), log.nowMs(), producer, abort);
        store(AppendOrigin.COORDINATOR);
        model.endTransaction(maker.contents().getFirst(), producer, abort);
    }

    private void store(AppendOrigin origin) {
        assertEquals(
                KafkaErrors.NONE,
                log.get().append(maker.buffer(), 0, maker.length(), origin, 0, log.nowMs(), result),
                () -> "append: " + result.errorMessage());
        assertEquals(model.logEndOffset(), result.baseOffset(), "base offset");
        assertEquals(model.logEndOffset() + maker.contents().size() - 1, result.lastOffset(), "last offset");
    }

    private void readSomewhere() {
        long span = model.logEndOffset() - model.logStartOffset();
        long offset = model.logStartOffset() - 2 + random.nextLong(span + 4);
        boolean committed = random.nextBoolean();
        short error = reader.read(
                log.get(),
                offset,
                1 << random.nextInt(20),
                committed ? Isolation.COMMITTED : Isolation.UNCOMMITTED,
                read);
        if (offset < model.logStartOffset() || offset > model.logEndOffset()) {
            assertEquals(KafkaErrors.OFFSET_OUT_OF_RANGE, error, "error of a read at " + offset);
            return;
        }
        assertEquals(KafkaErrors.NONE, error, "error of a read at " + offset);
        long end = committed ? model.lastStableOffset() : model.logEndOffset();
        assertEquals(offset < end, reader.nextOffset() > offset, "progress at " + offset + " of " + end);
        List<LogModel.Entry> expected = offset >= end
                ? List.of()
                : committed ? model.committed(offset, reader.nextOffset()) : model.records(offset, reader.nextOffset());
        assertEquals(expected, read, "read at " + offset);
    }

    private void readEverything() {
        long start = model.logStartOffset();
        int maxBytes = 1 << (8 + random.nextInt(12));
        assertEquals(
                model.records(start, model.logEndOffset()),
                reader.readAll(log.get(), start, maxBytes, Isolation.UNCOMMITTED),
                "all records");
        assertEquals(
                model.committed(start, model.lastStableOffset()),
                reader.readAll(log.get(), start, maxBytes, Isolation.COMMITTED),
                "all committed records");
    }

    private void lookUpTimestamp() {
        long timestampMs = log.nowMs() - random.nextInt(2_000);
        assertEquals(
                KafkaErrors.NONE,
                log.get().offsetForTimestamp(timestampMs, timestampResult),
                "ListOffsets by timestamp");
        List<LogModel.Entry> candidates = model.candidates(timestampMs);
        long found = timestampResult.offset();
        assertTrue(
                candidates.stream().anyMatch(entry -> entry.offset() == found)
                        || (found < 0 && onlyMarkers(candidates)),
                () -> "found " + found + " for " + timestampMs + ", expected " + candidates);
    }

    /** With no record to be found, the markers before it may be gone, too. */
    private boolean onlyMarkers(List<LogModel.Entry> candidates) {
        return candidates.stream()
                .noneMatch(entry ->
                        model.records(entry.offset(), entry.offset() + 1).contains(entry));
    }

    private void deleteRecords() {
        long target = model.logStartOffset() + random.nextLong(model.logEndOffset() - model.logStartOffset() + 1);
        short error = log.get().deleteRecordsBefore(target, timestampResult);
        if (policy.contains("delete")) {
            assertEquals(KafkaErrors.NONE, error, "DeleteRecords at " + target);
            assertEquals(target, timestampResult.offset(), "low watermark");
            model.startAt(target);
        } else {
            assertEquals(KafkaErrors.POLICY_VIOLATION, error, "DeleteRecords of a topic that is compacted only");
        }
    }

    private void retain() {
        log.configure("retention.bytes", Integer.toString(8_192 << random.nextInt(6)));
        long before = log.get().logStartOffset();
        log.get().enforceRetention(log.nowMs());
        long after = log.get().logStartOffset();
        assertTrue(after >= before && after <= log.get().highWatermark(), "log start after retention");
        assertTrue(after == before || policy.contains("delete"), "retention of a topic that is compacted only");
        model.startAt(after);
        log.configure("retention.bytes", "-1");
    }

    @Override
    public void close() throws IOException {
        reader.close();
        log.close();
    }
}
