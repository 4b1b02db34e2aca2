package io.tickwire.storage.producer;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A producer table on disk, so that reopening a log reads only what was appended after it.
 *
 * <pre>
 *   magic 4 | version 4 | offset 8 (the table is as of here)
 *   producers 4, each: id 8, epoch 2, coordinator epoch 4, last timestamp 8, transaction first offset 8, batches 4,
 *                      each: first sequence 4, last sequence 4, first offset 8, last offset 8, timestamp 8
 *   aborted transactions 4, each: producer id 8, first offset 8, last offset 8, last stable offset 8
 *   CRC-32C 8 of all before
 * </pre>
 *
 * Big endian. Replaced as a whole.
 */
public final class ProducerSnapshot {
    /** Name of the file in a log's directory. */
    public static final String FILE_NAME = "producers";

    private static final int MAGIC = 0x54575052;
    private static final int VERSION = 1;
    private static final int CRC_BYTES = 8;

    private ProducerSnapshot() {}

    /** Writes the table as of {@code offset}. */
    public static void write(final Path directory, final ProducerTable table, final long offset) throws IOException {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeInt(VERSION);
            out.writeLong(offset);
            out.writeInt(table.size());
            for (final ProducerEntry entry : table.entries()) {
                write(out, entry);
            }
            final List<AbortedTransaction> aborted = table.aborted().list();
            out.writeInt(aborted.size());
            for (final AbortedTransaction transaction : aborted) {
                out.writeLong(transaction.producerId());
                out.writeLong(transaction.firstOffset());
                out.writeLong(transaction.markerOffset());
                out.writeLong(transaction.lastStableOffset());
            }
            out.writeLong(crc(bytes.toByteArray(), bytes.size()));
        }
        final Path fresh = directory.resolve(FILE_NAME + ".new");
        Files.write(fresh, bytes.toByteArray());
        Files.move(fresh, directory.resolve(FILE_NAME), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void write(final DataOutputStream out, final ProducerEntry entry) throws IOException {
        out.writeLong(entry.producerId);
        out.writeShort(entry.epoch);
        out.writeInt(entry.coordinatorEpoch);
        out.writeLong(entry.lastTimestamp);
        out.writeLong(entry.transactionFirstOffset);
        out.writeInt(entry.count);
        for (int i = 0; i < entry.count; i++) {
            final int slot = entry.slot(i);
            out.writeInt(entry.firstSequences[slot]);
            out.writeInt(entry.lastSequences[slot]);
            out.writeLong(entry.firstOffsets[slot]);
            out.writeLong(entry.lastOffsets[slot]);
            out.writeLong(entry.timestamps[slot]);
        }
    }

    /** True when a log's directory holds none, sound or not. */
    public static boolean isAbsent(final Path directory) {
        return Files.notExists(directory.resolve(FILE_NAME));
    }

    /**
     * Reads the table into an empty one.
     *
     * @return the offset that it is as of, or -1 when there is none or it cannot be believed: then {@code table} is empty
     */
    public static long read(final Path directory, final ProducerTable table) throws IOException {
        final Path file = directory.resolve(FILE_NAME);
        if (!Files.exists(file)) {
            return -1;
        }
        final byte[] bytes = Files.readAllBytes(file);
        final int body = bytes.length - CRC_BYTES;
        if (body < 0) {
            return -1;
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            final DataInputStream trailer = new DataInputStream(new ByteArrayInputStream(bytes, body, CRC_BYTES));
            if (trailer.readLong() != crc(bytes, body) || in.readInt() != MAGIC || in.readInt() != VERSION) {
                return -1;
            }
            final long offset = readTable(in, table);
            if (offset < 0) {
                table.clear();
            }
            return offset;
        } catch (final EOFException e) {
            table.clear();
            return -1;
        }
    }

    private static long readTable(final DataInputStream in, final ProducerTable table) throws IOException {
        final long offset = in.readLong();
        final int producers = in.readInt();
        for (int i = 0; i < producers; i++) {
            table.restore(readEntry(in));
        }
        final int abortedCount = in.readInt();
        for (int i = 0; i < abortedCount; i++) {
            table.aborted().add(in.readLong(), in.readLong(), in.readLong(), in.readLong());
        }
        return offset;
    }

    private static ProducerEntry readEntry(final DataInputStream in) throws IOException {
        final ProducerEntry entry = new ProducerEntry(in.readLong());
        entry.epoch = in.readShort();
        entry.coordinatorEpoch = in.readInt();
        entry.lastTimestamp = in.readLong();
        entry.transactionFirstOffset = in.readLong();
        final int batches = in.readInt();
        for (int i = 0; i < batches; i++) {
            entry.add(in.readInt(), in.readInt(), in.readLong(), in.readLong(), in.readLong());
        }
        return entry;
    }

    private static long crc(final byte[] bytes, final int length) {
        final CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return crc.getValue();
    }
}
