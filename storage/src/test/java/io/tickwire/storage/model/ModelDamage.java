package io.tickwire.storage.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.log.Isolation;
import io.tickwire.storage.producer.ProducerInfo;
import io.tickwire.storage.segment.Segment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Flips one bit of one batch while the log is closed, or in what a crash has left: whatever is served then is what was appended, and if
 * anything is not served any more, that is reported. Nothing can follow, since the model does not know what is lost.
 */
final class ModelDamage {
    /** What a batch's own checksum leaves out, which is hit as often as all the rest. */
    private static final int UNCHECKED_BYTES = RecordBatchFlyweight.CRC_OFFSET;

    private final LogUnderTest log;
    private final LogModel model;
    private final Random random;

    /** The bytes of one batch in a file, without what the journal puts in front of them. */
    private record Place(Path file, long position, int length) {}

    ModelDamage(LogUnderTest log, LogModel model, Random random) {
        this.log = log;
        this.model = model;
        this.random = random;
    }

    /** The run's last operation. */
    void run(LogReader reader, int[] nextSequences) throws IOException {
        List<Place> batches = batches();
        if (batches.isEmpty()) {
            return;
        }
        Place place = batches.get(random.nextInt(batches.size()));
        String where = place + " " + (random.nextBoolean() ? reopened(place) : crashed(place));
        Map<Long, LogModel.Entry> expected = new HashMap<>();
        model.records(model.logStartOffset(), model.logEndOffset())
                .forEach(entry -> expected.put(entry.offset(), entry));
        for (LogModel.Entry served : serve(reader)) {
            assertEquals(expected.remove(served.offset()), served, () -> "served after damage at " + where);
        }
        assertTrue(
                expected.isEmpty()
                        || log.get().corruptions() > 0
                        || !log.recovery().corruptions().isEmpty(),
                () -> "not reported: damage at " + where + ", not served: " + expected.keySet());
        for (ProducerInfo producer : log.get().producers()) {
            assertTrue(
                    producer.producerId() < nextSequences.length
                            && producer.lastSequence() < nextSequences[(int) producer.producerId()],
                    () -> "a producer that there is not after damage at " + where + ": " + producer);
        }
    }

    private String reopened(Place place) throws IOException {
        log.reopen(directory -> flip(directory.resolve(place.file), place));
        return "after a clean stop";
    }

    private String crashed(Place place) throws IOException {
        log.copyForCrash();
        log.becomeCopy(directory -> flip(directory.resolve(place.file), place));
        return "after a crash";
    }

    private void flip(Path file, Place place) {
        long at = place.position + random.nextInt(random.nextBoolean() ? UNCHECKED_BYTES : place.length);
        ByteBuffer one = ByteBuffer.allocate(1);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            channel.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 1 << random.nextInt(8))).flip();
            channel.write(one, at);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Place> batches() throws IOException {
        List<Place> found = new ArrayList<>();
        for (Segment segment : log.get().files().segments().snapshot()) {
            Path file = log.directory().relativize(segment.dataFile());
            ByteBuffer header = ByteBuffer.allocate(JournalFormat.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            try (FileChannel channel = FileChannel.open(segment.dataFile(), StandardOpenOption.READ)) {
                long position = 0;
                while (position < segment.endPosition()) {
                    channel.read(header.clear(), position);
                    int word = header.getInt(0);
                    if (JournalFormat.isData(word)) {
                        found.add(new Place(file, position + JournalFormat.HEADER_BYTES, JournalFormat.length(word)));
                    }
                    position = JournalFormat.next(position, word);
                }
            }
        }
        return found;
    }

    /** Reads everything that can be read; what cannot is answered with an error. */
    private List<LogModel.Entry> serve(LogReader reader) {
        List<LogModel.Entry> all = new ArrayList<>();
        List<LogModel.Entry> part = new ArrayList<>();
        long next = log.get().logStartOffset();
        while (next < log.get().logEndOffset()) {
            short error = reader.read(log.get(), next, 1, Isolation.UNCOMMITTED, part);
            assertTrue(
                    error == KafkaErrors.NONE || error == KafkaErrors.CORRUPT_MESSAGE,
                    "error " + error + " at " + next);
            part.stream()
                    .filter(entry ->
                            all.isEmpty() || entry.offset() > all.getLast().offset())
                    .forEach(all::add);
            next = Math.max(next + 1, reader.nextOffset());
        }
        return all;
    }
}
