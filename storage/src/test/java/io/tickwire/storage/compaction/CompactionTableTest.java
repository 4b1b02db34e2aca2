package io.tickwire.storage.compaction;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What a pass keeps and what it removes, case by case; see {@link CompactedLog} for the language. Each also after reopening. */
class CompactionTableTest {
    @TempDir
    Path root;

    private record Case(String name, String script, String expected) {}

    private static final List<Case> CASES = List.of(
            new Case(
                    "the last record of each key stays where it was",
                    "a1 b1 a2 | c1 a3 | z1 CLEAN",
                    "1:b1 3:c1 4:a3 5:z1"),
            new Case("the segment being appended to is not looked at", "a1 a2 a3 CLEAN", "0:a1 1:a2 2:a3"),
            new Case("it supersedes nothing either", "a1 | a2 CLEAN", "0:a1 1:a2"),
            new Case("records leave a batch, its offsets do not", "[a1,b1,a2] | [b2,c1] | CLEAN", "2:a2 3:b2 4:c1"),
            new Case("a batch without records goes", "[a1,b1] [a2,b2] | CLEAN", "2:a2 3:b2"),
            new Case("the last batch of the range stays empty", "a1 _1 | CLEAN", "0:a1 1..1:empty"),
            new Case("records without key go", "a1 _1 b1 | c1 CLEAN", "0:a1 2:b1 3:c1"),
            new Case("a new tombstone stays and supersedes", "a1 b1 a- | c1 CLEAN", "1:b1 2:a- 3:c1"),
            new Case(
                    "a tombstone goes when its time is over", "a1 a- b1 | CLEAN +1000 c1 | CLEAN d1", "2:b1 3:c1 4:d1"),
            new Case("and not before", "a1 a- b1 | CLEAN +990 c1 | CLEAN d1", "1:a- 2:b1 3:c1 4:d1"),
            new Case(
                    "its time begins with the first pass that sees it",
                    "a1 a- b1 | +5000 CLEAN c1 | CLEAN d1",
                    "1:a- 2:b1 3:c1 4:d1"),
            new Case("a superseded tombstone goes at once", "a1 a- b1 | CLEAN a2 | CLEAN d1", "2:b1 3:a2 4:d1"),
            new Case(
                    "a committed transaction is compacted like anything else",
                    "7t:a1 7t:b1 7C a2 | c1 CLEAN",
                    "1:7t:b1 2:7C 3:a2 4:c1"),
            new Case(
                    "records of an aborted transaction go, and supersede nothing",
                    "a0 7t:a1 7t:b1 7A 7t:q1 7C | c1 CLEAN",
                    "0:a0 3:7A 4:7t:q1 5:7C 6:c1"),
            new Case(
                    "the last batch of a producer stays empty",
                    "a0 7t:a1 7A b0 | c1 CLEAN",
                    "0:a0 1..1:empty 2:7A 3:b0 4:c1"),
            new Case(
                    "a marker goes when its transaction and its time are over",
                    "a0 7t:a1 7A 7t:q1 7C b0 | CLEAN c1 | CLEAN +1000 d1 | CLEAN e1",
                    "0:a0 3:7t:q1 4:7C 5:b0 6:c1 7:d1 8:e1"),
            new Case(
                    "and not before its time",
                    "a0 7t:a1 7A 7t:q1 7C b0 | CLEAN c1 | CLEAN +990 d1 | CLEAN e1",
                    "0:a0 2:7A 3:7t:q1 4:7C 5:b0 6:c1 7:d1 8:e1"),
            new Case(
                    "a marker of which a record is left stays",
                    "7t:a1 7C 7:q1 b0 | CLEAN +5000 c1 | CLEAN +5000 d1 | CLEAN e1",
                    "0:7t:a1 1:7C 2:7:q1 3:b0 4:c1 5:d1 6:e1"),
            new Case(
                    "an open transaction stops the pass before its segment",
                    "a1 | a2 | 7t:b1 | a3 | CLEAN",
                    "1:a2 2:7t:b1 3:a3"),
            new Case(
                    "and goes on when it has ended",
                    "a1 | a2 | 7t:b1 | a3 | CLEAN 7C | CLEAN c1",
                    "2:7t:b1 3:a3 4:7C 5:c1"),
            new Case(
                    "sequence numbers survive with the producer's last batch",
                    "7:a1 7:b1 a2 b2 | c1 CLEAN",
                    "1..1:empty 2:a2 3:b2 4:c1"),
            new Case("several segments become one", "a1 | b1 | c1 | d1 | a2 | e1 CLEAN", "1:b1 2:c1 3:d1 4:a2 5:e1"),
            new Case("a log is compacted again and again", "a1 b1 | CLEAN a2 b2 | CLEAN a3 | CLEAN", "3:b2 4:a3"));

    @TestFactory
    Stream<DynamicTest> cases() {
        return Stream.of(CompressionType.NONE, CompressionType.LZ4)
                .flatMap(codec -> CASES.stream()
                        .map(row -> DynamicTest.dynamicTest(codec.name + ": " + row.name(), () -> check(row, codec))));
    }

    private void check(Case row, CompressionType codec) throws IOException {
        Path directory = Files.createTempDirectory(root, "case");
        // Records without key come from the time when the topic was not compacted.
        try (CompactedLog log =
                new CompactedLog(directory, Compression.of(codec).build(), Map.of("cleanup.policy", "delete"))) {
            for (String part : row.script().split("(?<=CLEAN)")) {
                boolean cleans = part.endsWith("CLEAN");
                log.configure("cleanup.policy", "delete");
                log.run(cleans ? part.substring(0, part.length() - "CLEAN".length()) + "+0" : part + " +0");
                if (cleans) {
                    log.configure("cleanup.policy", "compact");
                    log.clean();
                }
            }
            assertEquals(row.expected(), log.show());
            assertEquals(Map.of(), log.cleaner.uncleanable());
            long stable = log.log.lastStableOffset();
            log.reopen();
            assertEquals(row.expected(), log.show());
            assertEquals(stable, log.log.lastStableOffset());
        } finally {
            assertEquals(0, leftovers(directory), "marker of an unfinished rewrite");
        }
    }

    private static long leftovers(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(f -> f.endsWith("rewriting")).count();
        }
    }
}
