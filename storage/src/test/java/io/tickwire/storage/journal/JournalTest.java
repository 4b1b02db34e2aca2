package io.tickwire.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.storage.os.GrowingMapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    @TempDir
    Path directory;

    @Test
    void entriesOfAllSizesAreReadBackInPlace() throws IOException {
        final List<Integer> sizes = new ArrayList<>();
        final Random random = new Random(7);
        for (int i = 0; i < 3000; i++) {
            sizes.add(1 + random.nextInt(3000));
        }
        sizes.add(1_500_000);
        sizes.add(40_000_000);
        sizes.add(5);
        try (Journal journal = Journal.open(directory, 0, 1000, 1 << 20)) {
            for (int i = 0; i < sizes.size(); i++) {
                append(journal, sizes.get(i), (byte) i);
            }
            assertEquals(2, journal.blockReopens());
        }
        assertEquals(sizes, lengths(0));
    }

    @Test
    void abortedClaimLeavesNothing() throws IOException {
        try (Journal journal = Journal.open(directory, 0, 1000, 1 << 20)) {
            append(journal, 10, (byte) 1);
            final long address = journal.claim(500);
            UnsafeApi.setMemory(address, 500, (byte) 0xff);
            journal.abort(500);
            append(journal, 20, (byte) 2);
        }
        assertEquals(List.of(10, 20), lengths(0));
    }

    @Test
    void rollStartsTheNextFileAndReopenContinuesIt() throws IOException {
        try (Journal journal = Journal.open(directory, 0, 1000, 1 << 20)) {
            append(journal, 10, (byte) 1);
            journal.roll();
            append(journal, 11, (byte) 2);
        }
        try (Journal journal = Journal.open(directory, 1, 1000, 1 << 20)) {
            append(journal, 12, (byte) 3);
            journal.roll();
            append(journal, 13, (byte) 4);
        }
        assertEquals(List.of(10), lengths(0));
        assertEquals(List.of(11, 12), lengths(1));
        assertEquals(List.of(13), lengths(2));
    }

    @Test
    void deletedFilesBelowTheWriterDoNotDisturbIt() throws IOException {
        try (Journal journal = Journal.open(directory, 0, 1000, 1 << 20)) {
            for (int i = 0; i < 5; i++) {
                append(journal, 10 + i, (byte) 1);
                journal.roll();
            }
            for (int i = 0; i < 4; i++) {
                Files.delete(directory.resolve(JournalFormat.fileName(i)));
            }
            append(journal, 100, (byte) 1);
        }
        try (Journal journal = Journal.open(directory, 5, 1000, 1 << 20)) {
            append(journal, 101, (byte) 1);
        }
        assertEquals(List.of(14), lengths(4));
        assertEquals(List.of(100, 101), lengths(5));
    }

    @Test
    void fileNamesAndCyclesAgree() {
        for (final int cycle : new int[] {0, 1, 23, 24, 10_000, 1_000_000}) {
            assertEquals(cycle, JournalFormat.cycle(JournalFormat.fileName(cycle)));
        }
        assertEquals(-1, JournalFormat.cycle("metadata.cq4t"));
        assertEquals(-1, JournalFormat.cycle("x.cq4"));
    }

    private static void append(final Journal journal, final int size, final byte value) {
        final long address = journal.claim(size);
        UnsafeApi.setMemory(address, size, value);
        journal.commit(size);
    }

    private List<Integer> lengths(final int cycle) throws IOException {
        final Path file = directory.resolve(JournalFormat.fileName(cycle));
        final List<Integer> found = new ArrayList<>();
        try (GrowingMapping mapping = GrowingMapping.readOnly(file, Files.size(file))) {
            long position = 0;
            while (true) {
                final int header = JournalFormat.header(mapping.address() + position);
                if (header == JournalFormat.NOT_WRITTEN || header == JournalFormat.END_OF_FILE) {
                    return found;
                }
                assertTrue(JournalFormat.isData(header) || JournalFormat.isMetadata(header));
                if (JournalFormat.isData(header)) {
                    found.add(JournalFormat.length(header));
                }
                position = JournalFormat.next(position, header);
            }
        }
    }
}
