package io.tickwire.compat.differential;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Offsets found by time are those of records, also inside a batch and inside a compressed one. */
@Execution(ExecutionMode.CONCURRENT)
class TimestampCasesIT {

    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

    /** Times of the records of each batch: neither in order nor different. */
    private static final long[][] BATCHES = {
        {100, 300, 200, 300, 250, 50}, {40, 30, 20}, {400, 150, 500, 500, 450, 10}, {500, 60}
    };

    private static final long FAR_FUTURE = Long.MAX_VALUE - 1;

    @TestFactory
    Stream<DynamicTest> lookups() {
        List<Case> cases = new ArrayList<>();
        for (String codec : CODECS) {
            cases.add(Case.of(codec + " CreateTime", probe -> createTime(probe, codec)));
            cases.add(Case.of(codec + " LogAppendTime", probe -> logAppendTime(probe, codec)));
        }
        return Differential.tests("times in batches", cases);
    }

    private static void createTime(Probe probe, String codec) throws Exception {
        fill(probe, codec, "CreateTime");
        sawTimes(probe, "whole log");
        // Into the middle of the first batch, and of the third.
        for (long start : new long[] {2, 12}) {
            Probe.get(probe.admin()
                    .deleteRecords(Map.of(probe.partition(0), RecordsToDelete.beforeOffset(start)))
                    .all());
            sawTimes(probe, "from " + start);
        }
    }

    private static void sawTimes(Probe probe, String what) {
        TreeSet<Long> times = new TreeSet<>(List.of(0L, FAR_FUTURE));
        for (long[] batch : BATCHES) {
            for (long time : batch) {
                times.add(time);
                times.add(time + 1);
            }
        }
        for (long time : times) {
            saw(probe, what + ", time " + time, OffsetSpec.forTimestamp(time));
        }
        saw(probe, what + ", max timestamp", OffsetSpec.maxTimestamp());
        saw(probe, what + ", earliest", OffsetSpec.earliest());
        saw(probe, what + ", earliest local", OffsetSpec.earliestLocal());
        saw(probe, what + ", latest", OffsetSpec.latest());
        saw(probe, what + ", latest tiered", OffsetSpec.latestTiered());
    }

    private static void saw(Probe probe, String what, OffsetSpec spec) {
        for (IsolationLevel level : IsolationLevel.values()) {
            probe.ask(what + ' ' + level, () -> {
                ListOffsetsResultInfo found = find(probe, spec, level);
                return found.offset() + " at " + found.timestamp();
            });
        }
    }

    private static ListOffsetsResultInfo find(Probe probe, OffsetSpec spec, IsolationLevel level) throws Exception {
        return Probe.get(probe.admin()
                .listOffsets(Map.of(probe.partition(0), spec), new ListOffsetsOptions(level))
                .partitionResult(probe.partition(0)));
    }

    /** The times are the broker's: what is found is compared with what a consumer reads. */
    private static void logAppendTime(Probe probe, String codec) throws Exception {
        fill(probe, codec, "LogAppendTime");
        Map<Long, Long> times = new LinkedHashMap<>();
        int count = Stream.of(BATCHES).mapToInt(batch -> batch.length).sum();
        probe.readAll(count, Map.of(), probe.partition(0)).forEach(record -> {
            probe.saw("type", record.timestampType() == TimestampType.LOG_APPEND_TIME);
            times.put(record.offset(), record.timestamp());
        });
        probe.saw("records", times.size());
        long newest = times.values().stream().mapToLong(Long::longValue).max().orElseThrow();
        for (long time : new TreeSet<>(times.values())) {
            long first = times.entrySet().stream()
                    .filter(entry -> entry.getValue() >= time)
                    .mapToLong(Map.Entry::getKey)
                    .min()
                    .orElseThrow();
            ListOffsetsResultInfo found = find(probe, OffsetSpec.forTimestamp(time), IsolationLevel.READ_UNCOMMITTED);
            if (found.offset() != first || found.timestamp() != times.get(first)) {
                probe.saw("wrong", found + " where " + first + " at " + times.get(first) + " was expected");
            }
        }
        for (long time : new long[] {newest + 1, FAR_FUTURE}) {
            probe.ask(
                    "later than all",
                    () -> find(probe, OffsetSpec.forTimestamp(time), IsolationLevel.READ_UNCOMMITTED)
                            .offset());
        }
        ListOffsetsResultInfo max = find(probe, OffsetSpec.maxTimestamp(), IsolationLevel.READ_UNCOMMITTED);
        probe.saw("max timestamp is the newest", max.timestamp() == newest);
        probe.saw("its record has it", times.get(max.offset()) == newest);
    }

    /** Each batch as one: nothing but the flush sends it. */
    private static void fill(Probe probe, String codec, String type) throws Exception {
        probe.createTopic(1, Map.of("message.timestamp.type", type));
        KafkaProducer<String, String> producer = probe.producer(Map.of(
                "compression.type", codec, "linger.ms", 60_000, "delivery.timeout.ms", 120_000, "batch.size", 65_536));
        for (long[] batch : BATCHES) {
            for (long time : batch) {
                var _ = producer.send(
                        new ProducerRecord<>(probe.topic(), 0, time, "key", "at " + time + " ".repeat(100)));
            }
            producer.flush();
        }
    }
}
