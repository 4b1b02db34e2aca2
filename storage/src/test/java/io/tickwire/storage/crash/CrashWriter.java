package io.tickwire.storage.crash;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.compaction.LogCleaner;
import io.tickwire.storage.log.AppendOrigin;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.LogPretoucher;
import io.tickwire.storage.log.OwnerBusyException;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TimestampResult;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.CleanerConfig;

/**
 * Child process of the crash test: recovers two logs, checks them, then appends to them from several producers, while other threads
 * roll, delete, give files back and compact, until it is killed.
 *
 * <p>Arguments: data directory, file of {@link Acknowledged}, seed, {@link Aim}. Exit code 3 and a line on standard error when
 * something acknowledged is missing or anything read is wrong; 0 after a clean close.
 */
public final class CrashWriter {
    static final int WRONG = 3;

    private static final int MAX_RECORDS = 12;
    private static final int APPENDS_PER_PAUSE = 3_000;
    private static final int PAUSE_MS = 60;
    private static final long DELETION_KEEPS = 2_000;

    /** On a busy machine the cleaner falls behind: then its log gets nothing more until it has caught up. */
    private static final long COMPACTED_BYTES = 4 << 20;

    private final Random random;
    private final Acknowledged acknowledged;
    private final LogCatalog catalog;
    private final PartitionLog[] logs = new PartitionLog[CrashLogs.COUNT];
    private final KnownRecords records = new KnownRecords();
    private final long[][] next = new long[CrashLogs.COUNT][KnownRecords.PRODUCERS];
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[KnownRecords.MAX_BATCH_BYTES]);
    private final AppendResult result = new AppendResult();
    private volatile boolean stopping;

    private CrashWriter(Path directory, File acknowledgements, long seed) throws IOException {
        random = new Random(seed);
        acknowledged = new Acknowledged(acknowledgements);
        catalog = CrashLogs.open(directory);
        for (int i = 0; i < logs.length; i++) {
            PartitionLog found = CrashLogs.get(catalog, i);
            logs[i] = found == null ? CrashLogs.create(catalog, i) : found;
            logs[i].bindOwner();
            LogVerifier verifier = new LogVerifier(logs[i], i, acknowledged).verify();
            for (int producer = 0; producer < KnownRecords.PRODUCERS; producer++) {
                next[i][producer] = verifier.nextNumber(producer);
            }
        }
    }

    /** See the class. */
    public static void main(String[] args) {
        try {
            CrashWriter writer = new CrashWriter(Path.of(args[0]), new File(args[1]), Long.parseLong(args[2]));
            writer.run(Aim.valueOf(args[3]));
            System.exit(0);
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    private static void fail(Throwable why) {
        why.printStackTrace();
        System.exit(WRONG);
    }

    private void run(Aim aim) throws IOException {
        LogPretoucher pretoucher = new LogPretoucher();
        catalog.pretoucher(pretoucher);
        start("pretoucher", pretoucher);
        LogCleaner cleaner = new LogCleaner(
                catalog::logs,
                new CleanerConfig(1, 1 << 20, 0.9, 65_536, 1 << 20, Double.MAX_VALUE, 5, true),
                Time.SYSTEM);
        start("cleaner", () -> cleaner.work(0));
        long seed = random.nextLong();
        start("maintenance", () -> maintain(new Random(seed)));
        start("spotter", new Spotter(aim, logs, new Random(seed)));
        long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200 + random.nextInt(600));
        for (long i = 0; aim != Aim.CLOSE || System.nanoTime() - endNs < 0; i++) {
            append(nextLog(), random.nextInt(KnownRecords.PRODUCERS));
            if (i == 0) {
                System.out.println("WRITING");
            }
            if (random.nextInt(APPENDS_PER_PAUSE) == 0) {
                pause(PAUSE_MS); // Logs become idle.
            }
        }
        stopping = true;
        System.out.println("CLOSING");
        cleaner.close();
        catalog.close();
    }

    private int nextLog() {
        int log = random.nextInt(logs.length);
        return log == CrashLogs.COMPACTED && logs[log].sizeInBytes() > COMPACTED_BYTES ? CrashLogs.DELETED : log;
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((which, why) -> fail(why));
        thread.start();
    }

    private static void pause(long ms) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    /** The next thing that a producer does: a batch, or the end of its transaction. */
    private void append(int log, int producer) {
        long number = next[log][producer];
        long nowMs = System.currentTimeMillis();
        int left = KnownRecords.TRANSACTION_RECORDS - (int) (number % KnownRecords.TRANSACTION_RECORDS);
        boolean transactional = KnownRecords.isTransactional(producer);
        if (transactional
                && left == KnownRecords.TRANSACTION_RECORDS
                && logs[log].isTransactionOpen(KnownRecords.producerId(producer), (short) 0)) {
            store(log, KnownRecords.encodeMarker(buffer, producer, number - 1, nowMs), AppendOrigin.COORDINATOR, nowMs);
            return;
        }
        int count = 1 + random.nextInt(transactional ? Math.min(left, MAX_RECORDS) : MAX_RECORDS);
        store(log, records.encode(buffer, producer, number, count, nowMs), AppendOrigin.CLIENT, nowMs);
        next[log][producer] = number + count;
        acknowledged.batch(
                log, producer, new Acknowledged.LastBatch(number + count, number, count, result.baseOffset()));
    }

    private void store(int log, int length, AppendOrigin origin, long nowMs) {
        short error = logs[log].append(buffer, 0, length, origin, 0, nowMs, result);
        if (error != KafkaErrors.NONE || result.isDuplicate()) {
            throw new IllegalStateException("append: error " + error + " " + result.errorMessage());
        }
        acknowledged.endOffset(log, result.lastOffset() + 1);
    }

    /** What the broker does beside appending. */
    private void maintain(Random moments) {
        TimestampResult start = new TimestampResult();
        while (!stopping) {
            try {
                maintain(moments, start);
            } catch (OwnerBusyException e) {
                continue; // The device stalls.
            }
            pause(moments.nextInt(40));
        }
    }

    private void maintain(Random moments, TimestampResult start) {
        PartitionLog deleted = logs[CrashLogs.DELETED];
        long nowMs = System.currentTimeMillis();
        switch (moments.nextInt(4)) {
            case 0 -> logs[moments.nextInt(logs.length)].roll(nowMs);
            case 1 -> {
                long end = deleted.highWatermark() - moments.nextLong(DELETION_KEEPS);
                if (end > deleted.logStartOffset() && deleted.deleteRecordsBefore(end, start) == KafkaErrors.NONE) {
                    acknowledged.startOffset(CrashLogs.DELETED, start.offset());
                }
            }
            default -> catalog.maintain(nowMs);
        }
    }
}
