package io.tickwire.compat.bench.storage;

import io.tickwire.compat.bench.Hardware;
import io.tickwire.kafka.record.HeaderBlock;
import io.tickwire.kafka.record.RecordBatchEncoder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.agrona.BufferUtil;
import org.agrona.CloseHelper;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tickwire bench storage}. */
@Command(
        name = "storage",
        mixinStandardHelpOptions = true,
        description = {
            "Append, read and reopen of a partition log beside Kafka's UnifiedLog, raw Chronicle Queue and a plain mapped file.",
            "Contenders run alternately, round by round, in one run; every batch is copied out by reads, as a send would."
        })
public final class StorageCommand implements Callable<Integer> {
    private static final int VALUE_BYTES = 100;

    @Option(names = "--quick", description = "Fewer batches: about a minute.")
    private boolean quick;

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds over all contenders; default ${DEFAULT-VALUE}.")
    private int rounds = 5;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            description =
                    "Instead: what N partitions cost in time, memory and files, appended to, idle and opened again.")
    private int partitions;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where logs are written; default the temporary directory.")
    private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

    @Override
    public Integer call() throws IOException {
        System.out.println(Hardware.describe() + "; logs under " + directory + ", one thread, page cache");
        if (partitions > 0) {
            scale();
            return 0;
        }
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        for (BatchShape shape : BatchShape.all(true)) {
            measure(shape, 1, nowhere); // Every code path is compiled before anything counts.
        }
        for (BatchShape shape : BatchShape.all(quick)) {
            measure(shape, rounds, System.out);
        }
        return 0;
    }

    private void scale() throws IOException {
        Path scratch = Files.createTempDirectory(directory, "storage-");
        try {
            UnsafeBuffer batch = new UnsafeBuffer(BufferUtil.allocateDirectAligned(VALUE_BYTES * 2, 64));
            RecordBatchEncoder encoder = new RecordBatchEncoder().begin(batch, 0, batch.capacity());
            UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_BYTES]);
            encoder.append(
                    System.currentTimeMillis(),
                    value,
                    0,
                    RecordBatchEncoder.NULL_LENGTH,
                    value,
                    0,
                    VALUE_BYTES,
                    HeaderBlock.EMPTY);
            new PartitionScale(partitions, scratch.resolve("data"), System.out).run(batch, encoder.finish());
        } finally {
            IoUtil.delete(scratch.toFile(), true);
        }
    }

    private void measure(BatchShape shape, int counted, PrintStream out) throws IOException {
        Path scratch = Files.createTempDirectory(directory, "storage-");
        List<LogContender> contenders = new ArrayList<>();
        try {
            contenders.add(new TickwireLog(Files.createDirectory(scratch.resolve("tickwire")), true));
            contenders.add(new TickwireLog(Files.createDirectory(scratch.resolve("feed")), false));
            contenders.add(new KafkaLog(Files.createDirectory(scratch.resolve("kafka"))));
            contenders.add(new ChronicleLog(Files.createDirectory(scratch.resolve("chronicle"))));
            contenders.add(new MappedFileLog(Files.createDirectory(scratch.resolve("mapped"))));
            new StorageBench(shape, counted, contenders, out).run();
        } finally {
            CloseHelper.closeAll(contenders);
            IoUtil.delete(scratch.toFile(), true);
        }
    }
}
