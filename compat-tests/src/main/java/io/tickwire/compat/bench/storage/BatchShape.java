package io.tickwire.compat.bench.storage;

import java.util.List;

/**
 * The batches of one table.
 *
 * @param label how the table calls them
 * @param recordBytes value bytes of each record
 * @param records records a batch
 * @param batches appended per contender and round
 */
record BatchShape(String label, int recordBytes, int records, int batches) {
    private static final int FULL = 40_000;
    private static final int QUICK = 10_000;

    static List<BatchShape> all(boolean quick) {
        int batches = quick ? QUICK : FULL;
        return List.of(
                new BatchShape("one 64 B record", 64, 1, batches),
                new BatchShape("one 1 KB record", 1_024, 1, batches),
                new BatchShape("16 KB of 64 B records", 64, 200, batches / 4));
    }
}
