package io.tickwire.storage.crash;

import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.AppendOrigin;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.LogPretoucher;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.File;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Child process of the crash test: recovers the log, checks it, then appends until it is killed.
 *
 * <p>Arguments: data directory, mapped file of 8 bytes that holds the end offset acknowledged so far, seed. Exit code 3 and a line on
 * standard error when something acknowledged is missing or anything read is wrong.
 */
public final class CrashWriter {
    static final int WRONG = 3;
    static final String TOPIC = "orders";

    private static final int MAX_BATCH_BYTES = 256 * 1024;
    private static final int MAX_RECORDS = 12;
    private static final Map<String, String> SETTINGS = Map.of(
            "internal.segment.bytes",
            "262144",
            "retention.bytes",
            "4194304",
            "retention.ms",
            "-1",
            "file.delete.delay.ms",
            "0");

    private CrashWriter() {}

    public static void main(String[] args) throws IOException {
        MappedByteBuffer acked = IoUtil.mapExistingFile(new File(args[1]), "acked");
        UnsafeBuffer ackedEnd = new UnsafeBuffer(acked);
        Random random = new Random(Long.parseLong(args[2]));
        LogCatalog catalog = LogCatalog.open(Path.of(args[0]), CatalogOptions.defaults());
        PartitionLog log = catalog.get(TOPIC, 0);
        if (log == null) {
            log = catalog.create(new TopicKey(TOPIC, 1, 2, 0), LogSettings.fromKafka(SETTINGS));
        }
        log.bindOwner();
        LogPretoucher pretoucher = new LogPretoucher();
        catalog.pretoucher(pretoucher);
        Thread thread = new Thread(pretoucher, "pretoucher");
        thread.setDaemon(true);
        thread.start();
        KnownRecords records = new KnownRecords();
        check(records, log, ackedEnd.getLongVolatile(0));
        append(log, records, random, ackedEnd);
    }

    private static void check(KnownRecords records, PartitionLog log, long acknowledgedEnd) {
        String wrong = records.verify(log);
        if (wrong == null && log.logEndOffset() < acknowledgedEnd) {
            wrong = "the log ends at " + log.logEndOffset() + ", acknowledged was " + acknowledgedEnd;
        }
        if (wrong != null) {
            System.err.println(wrong);
            System.exit(WRONG);
        }
    }

    private static void append(PartitionLog log, KnownRecords records, Random random, UnsafeBuffer ackedEnd) {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[MAX_BATCH_BYTES]);
        AppendResult result = new AppendResult();
        boolean announced = false;
        while (true) {
            long nowMs = System.currentTimeMillis();
            int length = records.encode(
                    buffer, random.nextInt(KnownRecords.PRODUCERS), 1 + random.nextInt(MAX_RECORDS), nowMs);
            short error = log.append(buffer, 0, length, AppendOrigin.CLIENT, 0, nowMs, result);
            if (error != 0) {
                System.err.println("append: error " + error + " " + result.errorMessage());
                System.exit(WRONG);
            }
            ackedEnd.putLongVolatile(0, result.lastOffset() + 1);
            if (!announced) {
                System.out.println("WRITING");
                announced = true;
            }
            if (random.nextInt(200) == 0) {
                log.enforceRetention(nowMs);
            }
        }
    }
}
