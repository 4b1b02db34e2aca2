package io.tickwire.edge.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shard and an opener, both stepped by hand. */
class HeldAppendsTest {
    @TempDir
    private Path directory;

    private final Shard shard = HandShard.make();
    private final ArrayDeque<Runnable> openings = new ArrayDeque<>();
    private final List<Integer> appended = new ArrayList<>();
    private LogCatalog catalog;
    private PartitionLog log;
    private HeldAppends held;

    @BeforeEach
    void makeALog() throws IOException {
        catalog = LogCatalog.open(directory.resolve("data"), CatalogOptions.defaults());
        log = catalog.create(new TopicKey("t", 1, 2, 0), LogSettings.defaults());
        held = new HeldAppends(log, shard, new LogOpener() {
            @Override
            public void openAhead(PartitionLog opened) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void open(PartitionLog opened, Runnable then) {
                openings.add(() -> {
                    boolean _ = opened.prepare(0);
                    then.run();
                });
            }
        });
        shard.onStart();
    }

    @AfterEach
    void close() throws IOException {
        shard.onClose();
        catalog.close();
    }

    @Test
    void openLogIsNotWaitedFor() {
        assertTrue(held.mustWait());
        assertTrue(log.prepare(0));
        assertFalse(held.mustWait());
    }

    @Test
    void idleLogIsWaitedForAgain() {
        log.prepare(0);
        assertTrue(log.releaseIfIdle(0));
        assertTrue(held.mustWait());
    }

    @Test
    void appendsWaitForTheOpenerAndComeInOrder() {
        held.add(() -> appended.add(1));
        held.add(() -> appended.add(2));
        shard.doWork();
        assertEquals(List.of(), appended);
        assertEquals(1, openings.size(), "asked once");
        assertEquals(2, shard.partitions().waitingAppends().get());
        openings.remove().run();
        assertTrue(held.mustWait(), "the log is open, but others come first");
        held.add(() -> appended.add(3));
        shard.doWork();
        assertEquals(List.of(1, 2, 3), appended);
        assertFalse(held.mustWait());
        assertEquals(0, openings.size());
        assertEquals(0, shard.partitions().waitingAppends().get());
    }

    @Test
    void whoWaitsForALogThatCannotBeOpenedIsLetGo() throws IOException {
        held.add(() -> appended.add(1));
        catalog.delete(log);
        openings.remove().run();
        shard.doWork();
        assertEquals(List.of(1), appended);
        assertTrue(held.mustWait(), "the next one asks again");
    }

    @Test
    void appendThatFailsIsCountedAndTheOthersGoOn() {
        held.add(() -> {
            throw new InternalError("on purpose: memory that the disk could not back");
        });
        held.add(() -> appended.add(2));
        openings.remove().run();
        shard.doWork();
        assertEquals(List.of(2), appended);
        assertEquals(1, shard.errors().count().get());
        assertFalse(held.mustWait());
    }
}
