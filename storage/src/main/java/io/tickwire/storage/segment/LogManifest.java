package io.tickwire.storage.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The table of contents of one partition's directory, a text file replaced as a whole.
 *
 * <pre>
 *   tickwire-log 1
 *   topic NAME
 *   id MSB LSB                     (hexadecimal)
 *   partition N
 *   log-start OFFSET
 *   log-end OFFSET                 (exact when closed cleanly, a lower bound otherwise)
 *   recovery-point OFFSET          (everything before is known to be on the device)
 *   next-generation N
 *   open true|false                (false: closed cleanly, the segments below are exact)
 *   epoch EPOCH OFFSET             (where a leader epoch began)
 *   ...
 *   segment GENERATION CYCLE BASE NEXT END BYTES FIRST-TS MAX-TS MAX-TS-OFFSET CREATED SEALED GAPS
 *   ...
 *   crc HEX                        (CRC-32C of all lines above)
 * </pre>
 *
 * <p>The first manifests had no GAPS: a segment of theirs is read as one that may have some.
 *
 * @param topic name of the topic
 * @param topicIdMsb topic id, first half
 * @param topicIdLsb topic id, second half
 * @param partition index of the partition
 * @param logStartOffset log start offset
 * @param logEndOffset log end offset
 * @param recoveryPoint offset up to which the log is durable and checked
 * @param nextGeneration number of the next journal directory
 * @param open a writer may have gone on after this was written
 * @param epochs where each leader epoch began
 * @param segments in order of their offsets
 */
public record LogManifest(
        String topic,
        long topicIdMsb,
        long topicIdLsb,
        int partition,
        long logStartOffset,
        long logEndOffset,
        long recoveryPoint,
        int nextGeneration,
        boolean open,
        EpochStarts epochs,
        List<SegmentInfo> segments) {

    /** Name of the file. */
    public static final String FILE_NAME = "manifest";

    private static final String NAME = "tickwire-log ";
    private static final String MAGIC = NAME + "1";
    private static final int SEGMENT_FIELDS = 13;

    /** Copies the segment list. */
    public LogManifest {
        segments = List.copyOf(segments);
    }

    /**
     * Reads the manifest of a partition's directory.
     *
     * @throws CorruptManifestException when it cannot be believed
     * @throws NewerManifestException when a later version of this software has written it
     */
    public static LogManifest read(final Path directory) throws IOException {
        final Path file = directory.resolve(FILE_NAME);
        final String text = Files.readString(file);
        final int crcLine = text.lastIndexOf("crc ");
        if (crcLine < 0 || !text.substring(crcLine).equals(crcLine(text.substring(0, crcLine)))) {
            throw new CorruptManifestException(file, "its checksum does not match");
        }
        if (!text.startsWith(MAGIC + "\n")) {
            throw text.startsWith(NAME)
                    ? new NewerManifestException(file, text.lines().findFirst().orElseThrow(), MAGIC)
                    : new CorruptManifestException(file, "does not begin with '" + MAGIC + "'");
        }
        try {
            return parse(text.substring(0, crcLine));
        } catch (final IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new CorruptManifestException(file, e.toString());
        }
    }

    private static LogManifest parse(final String text) {
        String topic = null;
        long msb = 0;
        long lsb = 0;
        int partition = -1;
        long logStart = 0;
        long logEnd = 0;
        long recoveryPoint = 0;
        int nextGeneration = 0;
        boolean open = true;
        final EpochStarts epochs = new EpochStarts();
        final List<SegmentInfo> segments = new ArrayList<>();
        for (final String line : text.lines().skip(1).toList()) {
            final String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "topic" -> topic = words[1];
                case "id" -> {
                    msb = Long.parseUnsignedLong(words[1], 16);
                    lsb = Long.parseUnsignedLong(words[2], 16);
                }
                case "partition" -> partition = Integer.parseInt(words[1]);
                case "log-start" -> logStart = Long.parseLong(words[1]);
                case "log-end" -> logEnd = Long.parseLong(words[1]);
                case "recovery-point" -> recoveryPoint = Long.parseLong(words[1]);
                case "next-generation" -> nextGeneration = Integer.parseInt(words[1]);
                case "open" -> open = Boolean.parseBoolean(words[1]);
                case "epoch" -> epochs.note(Integer.parseInt(words[1]), Long.parseLong(words[2]));
                case "segment" -> segments.add(parseSegment(words));
                default -> throw new IllegalArgumentException("unknown line: " + line);
            }
        }
        if (topic == null || partition < 0) {
            throw new IllegalArgumentException("names no partition");
        }
        return new LogManifest(
                topic, msb, lsb, partition, logStart, logEnd, recoveryPoint, nextGeneration, open, epochs, segments);
    }

    private static SegmentInfo parseSegment(final String[] words) {
        if (words.length != SEGMENT_FIELDS && words.length != SEGMENT_FIELDS - 1) {
            throw new IllegalArgumentException("segment line of " + words.length + " words");
        }
        return new SegmentInfo(
                Integer.parseInt(words[1]),
                Integer.parseInt(words[2]),
                Long.parseLong(words[3]),
                Long.parseLong(words[4]),
                Long.parseLong(words[5]),
                Long.parseLong(words[6]),
                Long.parseLong(words[7]),
                Long.parseLong(words[8]),
                Long.parseLong(words[9]),
                Long.parseLong(words[10]),
                Boolean.parseBoolean(words[11]),
                words.length < SEGMENT_FIELDS || Boolean.parseBoolean(words[12]));
    }

    /**
     * Replaces the manifest of a directory.
     *
     * @param durable wait until it is on the device; otherwise it survives the process only
     */
    public void write(final Path directory, final boolean durable) throws IOException {
        final StringBuilder text = new StringBuilder(256 + 96 * segments.size());
        text.append(MAGIC).append('\n');
        text.append("topic ").append(topic).append('\n');
        text.append("id ").append(Long.toHexString(topicIdMsb)).append(' ');
        text.append(Long.toHexString(topicIdLsb)).append('\n');
        text.append("partition ").append(partition).append('\n');
        text.append("log-start ").append(logStartOffset).append('\n');
        text.append("log-end ").append(logEndOffset).append('\n');
        text.append("recovery-point ").append(recoveryPoint).append('\n');
        text.append("next-generation ").append(nextGeneration).append('\n');
        text.append("open ").append(open).append('\n');
        for (int i = 0; i < epochs.count(); i++) {
            text.append("epoch ")
                    .append(epochs.epoch(i))
                    .append(' ')
                    .append(epochs.start(i))
                    .append('\n');
        }
        for (final SegmentInfo s : segments) {
            text.append("segment ").append(s.generation()).append(' ').append(s.cycle());
            text.append(' ').append(s.baseOffset()).append(' ').append(s.nextOffset());
            text.append(' ').append(s.endPosition()).append(' ').append(s.bytes());
            text.append(' ').append(s.firstTimestamp()).append(' ').append(s.maxTimestamp());
            text.append(' ').append(s.maxTimestampOffset()).append(' ').append(s.createdMs());
            text.append(' ').append(s.sealed()).append(' ').append(s.gaps()).append('\n');
        }
        text.append(crcLine(text.toString()));
        final Path fresh = directory.resolve(FILE_NAME + ".new");
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            final ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            if (durable) {
                channel.force(true);
            }
        }
        Files.move(fresh, directory.resolve(FILE_NAME), StandardCopyOption.ATOMIC_MOVE);
        if (durable) {
            try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
                parent.force(true);
            }
        }
    }

    /** Waits until the manifest of a directory, as it is now, is on the device. */
    public static void sync(final Path directory) throws IOException {
        try (FileChannel file = FileChannel.open(directory.resolve(FILE_NAME), StandardOpenOption.READ)) {
            file.force(true);
        }
        try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
            parent.force(true);
        }
    }

    private static String crcLine(final String text) {
        final CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return "crc " + Long.toHexString(crc.getValue()) + "\n";
    }
}
