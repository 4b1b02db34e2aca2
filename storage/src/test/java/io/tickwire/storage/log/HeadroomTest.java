package io.tickwire.storage.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.storage.os.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is ready ahead of a writer, seen as blocks reserved and as resident pages of the writer's own mapping. */
class HeadroomTest {
    private static final long MAPPED = 8 << 20;
    private static final long MIB = 1 << 20;
    private static final int KIB = 1024;

    /** The kernel maps what it keeps together as a whole. */
    private static final long LARGEST_FOLIO = 2 << 20;

    @TempDir
    Path directory;

    private final WindowBudget extra = new WindowBudget(Headroom.LARGEST_WINDOW_BYTES);
    private Path file;
    private long base;
    private Headroom headroom;

    @BeforeEach
    void mapAFile() throws IOException {
        file = directory.resolve("journal");
        Files.createFile(file);
        final int fd = Posix.open(file, Posix.O_RDWR);
        Posix.truncate(fd, MAPPED);
        base = Posix.map(fd, Posix.PROT_READ | Posix.PROT_WRITE, MAPPED);
        Posix.close(fd);
        headroom = new Headroom(file, 0, base, MAPPED);
    }

    @AfterEach
    void unmap() {
        headroom.close();
        Posix.unmap(base, MAPPED);
    }

    /** What the helper does again and again. */
    private boolean extend() {
        final boolean moved = headroom.look(extra);
        boolean more = true;
        while (more) {
            more = headroom.step();
        }
        return moved;
    }

    private void assertResident(final long bytes) throws IOException {
        final long resident = residentBytes();
        assertTrue(resident >= bytes && resident <= bytes + LARGEST_FOLIO, resident + " bytes for " + bytes);
    }

    /** Bytes of the mapping that are present for this process. */
    private long residentBytes() throws IOException {
        return bytes("Rss:");
    }

    /** A figure of the mapping in the kernel's account of this process. */
    private long bytes(final String what) throws IOException {
        final String start = Long.toHexString(base) + "-";
        final List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(start)) {
                while (!lines.get(i).startsWith(what)) {
                    i++;
                }
                return Long.parseLong(lines.get(i).replaceAll("\\D", "")) * KIB;
            }
        }
        throw new IllegalStateException("no mapping at " + start);
    }

    @Test
    void idleWriterHasTheSmallestStepReadyAndNoMore() throws IOException {
        assertEquals(0, residentBytes());
        assertFalse(extend());
        assertFalse(extend());
        assertResident(64 * KIB);
    }

    @Test
    void writerThatMovesHasMoreReadyTheFasterItIs() throws IOException {
        assertTrue(headroom.covers(40 * KIB));
        assertTrue(extend());
        assertResident(8 * 40 * KIB);
        assertTrue(headroom.covers((40 + 8 * 40) * KIB), "blocks are reserved with the pages");
    }

    @Test
    void writerFasterThanTheHelperReservesForItself() throws IOException {
        assertFalse(headroom.covers(1 << 20));
        headroom.ensure(1 << 20);
        assertTrue(headroom.covers(1 << 20));
        assertEquals(0, residentBytes());
    }

    @Test
    void nothingBehindTheWriterIsTouchedAfterAMoveOfTheMapping() throws IOException {
        headroom.ensure(4 << 20);
        headroom.mapped(0, 0);
        headroom.covers(3 << 20);
        extend();
        assertEquals(0, residentBytes());
        headroom.mapped(base, MAPPED);
        extend();
        assertResident(64 * KIB);
    }

    @Test
    void nothingIsTouchedBeyondTheMapping() throws IOException {
        headroom.ensure(MAPPED);
        headroom.covers(MAPPED - 16 * KIB);
        extend();
        assertResident(16 * KIB);
    }

    @Test
    void pagesThatWereWrittenBackAreTouchedAgain() throws IOException {
        extend();
        final int fd = Posix.open(file, Posix.O_RDWR);
        Posix.dataSync(fd);
        Posix.close(fd);
        headroom.writtenBack();
        extend();
        assertTrue(bytes("Shared_Dirty:") + bytes("Private_Dirty:") >= 64 * KIB);
    }

    @Test
    void closedHeadroomTouchesNothing() throws IOException {
        headroom.close();
        headroom.covers(40 * KIB);
        extend();
        assertEquals(0, residentBytes());
    }

    @Test
    void writerThatUsesUpTheWholeWindowGetsALargerOneFromTheBudget() {
        final long before = extra.left();
        headroom.covers(4 * MIB);
        extend();
        headroom.covers(7 * MIB);
        extend();
        assertEquals(before, extra.left(), "the window was ahead of the writer");
        headroom.covers(MAPPED);
        extend();
        assertEquals(before - Headroom.USUAL_WINDOW_BYTES, extra.left());
    }

    @Test
    void stillWriterAndClosedOneGiveTheBudgetBack() {
        final long before = extra.left();
        headroom.covers(4 * MIB);
        extend();
        headroom.covers(MAPPED);
        extend();
        for (int i = 1; i < Headroom.LOOKS_UNTIL_USUAL; i++) {
            extend();
            assertEquals(before - Headroom.USUAL_WINDOW_BYTES, extra.left());
        }
        extend();
        assertEquals(before, extra.left());
        headroom.close();
        assertEquals(before, extra.left());
    }

    @Test
    void budgetThatIsUsedUpGivesNothing() {
        assertTrue(extra.take(extra.left()));
        headroom.covers(4 * MIB);
        extend();
        headroom.covers(MAPPED);
        extend();
        assertEquals(0, extra.left());
    }
}
