package io.tickwire.storage.crash;

import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.segment.Generations;
import io.tickwire.storage.segment.Segment;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Watches the logs of its own process and kills it with SIGKILL at the moment aimed at: most of these last microseconds. */
final class Spotter implements Runnable {
    private static final int SIGKILL = 9;
    private static final long LONGEST_DELAY_US = 2_000;

    private final Aim aim;
    private final PartitionLog[] logs;
    private final Random random;
    private final int toSkip;

    /** Lets a few such moments pass, then kills, at once or a little later. */
    Spotter(Aim aim, PartitionLog[] logs, Random random) {
        this.aim = aim;
        this.logs = logs;
        this.random = random;
        this.toSkip = random.nextInt(3);
    }

    @Override
    public void run() {
        Watch[] watches = new Watch[logs.length];
        for (int i = 0; i < logs.length; i++) {
            watches[i] = new Watch(logs[i]);
        }
        int seen = 0;
        while (true) {
            for (Watch watch : watches) {
                if (watch.sees() && seen++ >= toSkip) {
                    delay();
                    kill();
                }
            }
            Thread.onSpinWait();
        }
    }

    private void delay() {
        if (random.nextBoolean()) {
            long untilNs = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(random.nextLong(LONGEST_DELAY_US));
            while (System.nanoTime() - untilNs < 0) {
                Thread.onSpinWait();
            }
        }
    }

    @SuppressWarnings("restricted")
    private static void kill() {
        Linker linker = Linker.nativeLinker();
        MethodHandle kill = linker.downcallHandle(
                linker.defaultLookup().find("kill").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try {
            int result = (int) kill.invokeExact((int) ProcessHandle.current().pid(), SIGKILL);
            throw new IllegalStateException("kill answers " + result);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** One log; remembers what it looked like. */
    private final class Watch {
        private final PartitionLog log;
        private final Path directory;
        private Segment[] segments;
        private long logStart;
        private boolean there;

        Watch(PartitionLog log) {
            this.log = log;
            directory = log.files().directory();
            segments = log.files().segments().snapshot();
            logStart = log.logStartOffset();
        }

        boolean sees() {
            return switch (aim) {
                case RANDOM, START_UP, CLOSE -> false;
                case ROLL -> appears(nextJournal());
                case INDEX -> appears(nextJournal() == null ? null : Generations.indexFile(nextJournal()));
                case SNAPSHOT -> appears(directory.resolve("producers.new"));
                case MANIFEST -> appears(directory.resolve("manifest.new"));
                case COMPACTION -> appears(directory.resolve("rewriting"));
                case RETENTION -> listChanges(false);
                case SWAP -> listChanges(true);
                case DELETE_RECORDS -> startMoves();
            };
        }

        private Path nextJournal() {
            Segment last = log.files().segments().last();
            return last == null
                    ? null
                    : Generations.directory(directory, last.generation())
                            .resolve(JournalFormat.fileName(last.cycle() + 1));
        }

        private boolean appears(Path file) {
            boolean before = there;
            there = file != null && Files.exists(file);
            return there && !before;
        }

        /** Old segments went: for a new one of a compaction, or for nothing. */
        private boolean listChanges(boolean swap) {
            Segment[] before = segments;
            segments = log.files().segments().snapshot();
            return before.length > 0
                    && segments.length > 0
                    && before[0] != segments[0]
                    && (segments[0].baseOffset() == before[0].baseOffset()) == swap;
        }

        private boolean startMoves() {
            long before = logStart;
            logStart = log.logStartOffset();
            return logStart > before;
        }
    }
}
