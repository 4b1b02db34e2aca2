package io.tickwire.edge.launch;

import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.kafka.record.RecordCursor;
import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.recovery.Corruption;
import io.tickwire.storage.recovery.OfflineLog;
import io.tickwire.storage.recovery.SegmentScan;
import io.tickwire.storage.segment.LogManifest;
import io.tickwire.storage.segment.SegmentInfo;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tickwire journal}: reads journals offline, without the broker and without writing. */
@Command(
        name = "journal",
        mixinStandardHelpOptions = true,
        description = {
            "Reads the journals of a data directory without a broker and without writing.",
            "Exit status 0: all sound. 1: damage was found. 2: the directory cannot be read."
        })
public final class JournalCommand implements CliCommand {
    private static final int DAMAGED = 1;

    @Spec
    private CommandSpec spec;

    private boolean damaged;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getOut());
        return Main.OPERATOR_ERROR;
    }

    @Command(name = "ls", mixinStandardHelpOptions = true, description = "Lists logs and their segments.")
    int ls(@Parameters(paramLabel = "DIR", description = "Data directory, or one log's directory.") Path directory)
            throws IOException {
        for (Path log : logs(directory)) {
            OfflineLog offline = OfflineLog.open(log);
            offline.damage().forEach(this::report);
            LogManifest manifest = offline.manifest();
            out().printf(
                            "%s-%d start %d end %s%d, %d segments, closed %s%n",
                            manifest.topic(),
                            manifest.partition(),
                            manifest.logStartOffset(),
                            manifest.open() ? ">= " : "",
                            manifest.logEndOffset(),
                            manifest.segments().size(),
                            manifest.open() ? "uncleanly or in use" : "cleanly");
            for (SegmentInfo segment : manifest.segments()) {
                out().printf(
                                "  g%d/%s offsets %d..%d, %d bytes of batches%s%n",
                                segment.generation(),
                                JournalFormat.fileName(segment.cycle()),
                                segment.baseOffset(),
                                segment.nextOffset() - 1,
                                segment.bytes(),
                                segment.sealed() ? ", sealed" : "");
            }
        }
        return damaged ? DAMAGED : 0;
    }

    @Command(
            name = "dump",
            mixinStandardHelpOptions = true,
            description = "Prints batches, with --records records too.")
    int dump(
            @Parameters(paramLabel = "DIR", description = "Data directory, or one log's directory.") Path directory,
            @Option(names = "--records", description = "Print the records of uncompressed batches, in hexadecimal.")
                    boolean records)
            throws IOException {
        return scan(directory, new Dump(records), false);
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = "Checks every batch of every segment: structure, offsets, CRC-32C.")
    int verify(@Parameters(paramLabel = "DIR", description = "Data directory, or one log's directory.") Path directory)
            throws IOException {
        return scan(directory, (entryAddress, position, length) -> {}, true);
    }

    private int scan(Path directory, SegmentScan.Visitor visitor, boolean summary) throws IOException {
        for (Path log : logs(directory)) {
            OfflineLog offline = OfflineLog.open(log);
            LogManifest manifest = offline.manifest();
            long[] totals = new long[2];
            long nextOffset = offline.walk(
                    (entryAddress, position, length) -> {
                        totals[0]++;
                        totals[1] += length;
                        visitor.onBatch(entryAddress, position, length);
                    },
                    this::report);
            if (summary) {
                out().printf(
                                "%s-%d: %d batches, end offset %d, %d bytes of batches%n",
                                manifest.topic(), manifest.partition(), totals[0], nextOffset, totals[1]);
            }
        }
        out().flush();
        return damaged ? DAMAGED : 0;
    }

    private void report(Corruption corruption) {
        damaged = true;
        out().printf(
                        "DAMAGED %s position %d offset %d: %s (%s)%n",
                        corruption.file(),
                        corruption.position(),
                        corruption.offset(),
                        corruption.what(),
                        corruption.outcome());
    }

    private static List<Path> logs(Path directory) throws IOException {
        if (Files.isDirectory(directory.resolve("logs"))) {
            return OfflineLog.directories(directory);
        }
        if (Files.isDirectory(directory) && OfflineLog.isLog(directory)) {
            return List.of(directory);
        }
        throw new NoSuchFileException(
                directory + " is neither a data directory (no 'logs' in it) nor a log's directory (no '"
                        + LogManifest.FILE_NAME + "' and no journals in it)");
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** Prints what it is shown. */
    private final class Dump implements SegmentScan.Visitor {
        private final boolean records;
        private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
        private final RecordBatchFlyweight batch = new RecordBatchFlyweight();
        private final RecordCursor cursor = new RecordCursor();

        Dump(boolean records) {
            this.records = records;
        }

        @Override
        public void onBatch(long entryAddress, long position, int length) {
            view.wrap(entryAddress + JournalFormat.HEADER_BYTES, length);
            batch.wrap(view, 0);
            out().printf(
                            "batch %d..%d position %d bytes %d records %d epoch %d timestamp %d codec %d producer %d/%d sequence %d%s%s%n",
                            batch.baseOffset(),
                            batch.lastOffset(),
                            position,
                            length,
                            batch.recordCount(),
                            batch.partitionLeaderEpoch(),
                            batch.maxTimestamp(),
                            batch.codec(),
                            batch.producerId(),
                            batch.producerEpoch(),
                            batch.baseSequence(),
                            batch.isTransactional() ? " transactional" : "",
                            batch.isControl() ? " control" : "");
            if (records && !batch.isCompressed()) {
                cursor.wrap(view, 0, length);
                while (cursor.next()) {
                    out().printf(
                                    "  %d %d key %s value %s%n",
                                    cursor.offset(),
                                    cursor.timestamp(),
                                    text(cursor.keyOffset(), cursor.keyLength()),
                                    text(cursor.valueOffset(), cursor.valueLength()));
                }
            }
        }

        private String text(int offset, int length) {
            if (length < 0) {
                return "null";
            }
            byte[] bytes = new byte[length];
            view.getBytes(offset, bytes);
            for (byte b : bytes) {
                if (b < ' ' || b > '~') {
                    return "0x" + HexFormat.of().formatHex(bytes);
                }
            }
            return new String(bytes, StandardCharsets.US_ASCII);
        }
    }
}
