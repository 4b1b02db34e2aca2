package io.tickwire.storage.compaction;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.AppendOrigin;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.Isolation;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.LogSlices;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.storage.internals.log.CleanerConfig;

/**
 * A compacted log driven by a script of words, and shown as one.
 *
 * <pre>
 *   a1        a batch of one record: key a, value 1        a-        a tombstone
 *   _1        a record without key                         [a1,b2]   a batch of several records
 *   7:a1      of idempotent producer 7                     7t:a1     in a transaction of producer 7
 *   7C  7A    commit and abort marker of producer 7        |         the segment is rolled
 *   +100      100 ms pass                                  CLEAN     the cleaner runs until nothing is due
 * </pre>
 *
 * Each word that is a batch takes a millisecond.
 */
final class CompactedLog implements AutoCloseable {
    static final long START_MS = 1_700_000_000_000L;
    static final long MEGABYTE = 1 << 20;

    private static final Map<String, String> DEFAULTS = Map.of(
            "cleanup.policy",
            "compact",
            "min.cleanable.dirty.ratio",
            "0",
            "delete.retention.ms",
            "1000",
            "retention.ms",
            "-1");

    final ManualTime time = new ManualTime(START_MS);
    final AppendResult result = new AppendResult();
    private final Path directory;
    private final Map<String, String> config = new HashMap<>();
    private final Map<Long, Integer> sequences = new HashMap<>();
    private final Compression compression;
    private final CleanerConfig cleanerConfig;
    LogCatalog catalog;
    PartitionLog log;
    LogCleaner cleaner;

    CompactedLog(Path directory, Compression compression, Map<String, String> more) throws IOException {
        this(directory, compression, more, MEGABYTE);
    }

    CompactedLog(Path directory, Compression compression, Map<String, String> more, long dedupeBytes)
            throws IOException {
        this.directory = directory;
        this.compression = compression;
        cleanerConfig = cleanerConfig(dedupeBytes);
        config.putAll(DEFAULTS);
        config.putAll(more);
        open();
        log = catalog.create(new TopicKey("prices", 1, 2, 0), settings());
    }

    /** A log that is there already. */
    CompactedLog(Path directory, Compression compression) throws IOException {
        this.directory = directory;
        this.compression = compression;
        cleanerConfig = cleanerConfig(MEGABYTE);
        config.putAll(DEFAULTS);
        open();
    }

    static CleanerConfig cleanerConfig(long dedupeBytes) {
        return new CleanerConfig(1, dedupeBytes, 0.9, 64, 1 << 20, Double.MAX_VALUE, 1000, true);
    }

    private LogSettings settings() {
        return LogSettings.fromKafka(config);
    }

    private void open() throws IOException {
        catalog = LogCatalog.open(directory, new CatalogOptions(key -> settings(), 1, 60_000));
        log = catalog.get("prices", 0);
        cleaner = new LogCleaner(() -> catalog.logs(), cleanerConfig, time);
    }

    void reopen() throws IOException {
        catalog.close();
        open();
    }

    void configure(String key, String value) {
        config.put(key, value);
        log.updateSettings(settings());
    }

    CompactedLog run(String script) {
        for (String word : script.strip().split("\\s+")) {
            switch (word) {
                case "|" -> log.roll(time.milliseconds());
                case "CLEAN" -> clean();
                default -> {
                    if (word.startsWith("+")) {
                        time.advance(Long.parseLong(word.substring(1)));
                    } else {
                        append(word);
                    }
                }
            }
        }
        return this;
    }

    int clean() {
        int passes = 0;
        while (cleaner.cleanDirtiest()) {
            passes++;
        }
        return passes;
    }

    private void append(String word) {
        time.advance(1);
        int colon = word.indexOf(':');
        if (word.endsWith("C") || word.endsWith("A")) {
            long producer = Long.parseLong(word.substring(0, word.length() - 1));
            ControlRecordType type = word.endsWith("C") ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
            store(
                    MemoryRecords.withEndTransactionMarker(
                            time.milliseconds(), producer, (short) 0, new EndTransactionMarker(type, 1)),
                    AppendOrigin.COORDINATOR);
        } else if (colon < 0) {
            store(records(word, RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_SEQUENCE, false), AppendOrigin.CLIENT);
        } else {
            boolean transactional = word.charAt(colon - 1) == 't';
            long producer = Long.parseLong(word.substring(0, transactional ? colon - 1 : colon));
            String body = word.substring(colon + 1);
            int sequence = sequences.getOrDefault(producer, 0);
            sequences.put(producer, sequence + body.split(",").length);
            store(records(body, producer, sequence, transactional), AppendOrigin.CLIENT);
        }
    }

    private MemoryRecords records(String body, long producer, int sequence, boolean transactional) {
        short epoch = producer < 0 ? RecordBatch.NO_PRODUCER_EPOCH : 0;
        try (MemoryRecordsBuilder builder = new MemoryRecordsBuilder(
                ByteBuffer.allocate(4096),
                RecordBatch.MAGIC_VALUE_V2,
                compression,
                TimestampType.CREATE_TIME,
                0,
                time.milliseconds(),
                producer,
                epoch,
                sequence,
                transactional,
                false,
                RecordBatch.NO_PARTITION_LEADER_EPOCH,
                4096)) {
            for (String record : body.replace("[", "").replace("]", "").split(",")) {
                String key = record.substring(0, 1);
                String value = record.substring(1);
                builder.append(
                        time.milliseconds(),
                        key.equals("_") ? null : bytes(key),
                        value.equals("-") ? null : bytes(value));
            }
            return builder.build();
        }
    }

    private void store(MemoryRecords records, AppendOrigin origin) {
        ByteBuffer bytes = records.buffer();
        assertEquals(
                KafkaErrors.NONE,
                log.append(new UnsafeBuffer(bytes), 0, bytes.remaining(), origin, 0, time.milliseconds(), result),
                () -> result.errorMessage());
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The whole log in the words above, each behind its offset; {@code 5..6:empty} for a batch without records. */
    String show() {
        return show(Isolation.LOG_END, false);
    }

    /** What a consumer gets, control batches left out; with read_committed also aborted records are. */
    String consume(Isolation isolation) {
        return show(isolation, true);
    }

    private String show(Isolation isolation, boolean asConsumer) {
        List<String> words = new ArrayList<>();
        for (MutableRecordBatch batch : batches(log, isolation)) {
            String prefix = batch.hasProducerId() ? batch.producerId() + (batch.isTransactional() ? "t:" : ":") : "";
            int before = words.size();
            for (Record record : batch) {
                if (batch.isControlBatch()) {
                    boolean commit = ControlRecordType.parse(record.key()) == ControlRecordType.COMMIT;
                    words.add(record.offset() + ":" + batch.producerId() + (commit ? "C" : "A"));
                } else {
                    words.add(record.offset() + ":" + prefix + text(record.key(), "_") + text(record.value(), "-"));
                }
            }
            if (words.size() == before && !asConsumer) {
                words.add(batch.baseOffset() + ".." + batch.lastOffset() + ":empty");
            } else if (asConsumer && batch.isControlBatch()) {
                words.subList(before, words.size()).clear();
            }
        }
        return String.join(" ", words);
    }

    private static String text(ByteBuffer bytes, String ifNull) {
        return bytes == null ? ifNull : StandardCharsets.US_ASCII.decode(bytes).toString();
    }

    /** Copies of all batches from the log's start on. */
    static List<MutableRecordBatch> batches(PartitionLog log, Isolation isolation) {
        List<MutableRecordBatch> all = new ArrayList<>();
        LogSlices slices = new LogSlices(64);
        long next = log.logStartOffset();
        while (true) {
            assertEquals(KafkaErrors.NONE, log.read(next, 1 << 20, true, isolation, slices), "read at " + next);
            for (int i = 0; i < slices.count(); i++) {
                byte[] copy = new byte[slices.length(i)];
                new UnsafeBuffer(slices.address(i), copy.length).getBytes(0, copy);
                MemoryRecords.readableRecords(ByteBuffer.wrap(copy)).batches().forEach(all::add);
            }
            if (slices.nextOffset() <= next) {
                slices.release();
                return all;
            }
            next = slices.nextOffset();
            slices.release();
        }
    }

    int segments() {
        return log.files().segments().size();
    }

    @Override
    public void close() throws IOException {
        catalog.close();
    }
}
