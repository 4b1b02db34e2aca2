package io.tickwire.storage.segment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Which partition a directory belongs to: what cannot be found out from its journals when the manifest is damaged. Written once.
 *
 * <pre>
 *   tickwire-partition 1
 *   topic NAME
 *   id MSB LSB         (hexadecimal)
 *   partition N
 *   crc HEX            (CRC-32C of all lines above)
 * </pre>
 *
 * @param topic name of the topic
 * @param topicIdMsb topic id, first half
 * @param topicIdLsb topic id, second half
 * @param partition index of the partition
 */
public record LogIdentity(String topic, long topicIdMsb, long topicIdLsb, int partition) {
    /** Name of the file. */
    public static final String FILE_NAME = "partition";

    private static final String MAGIC = "tickwire-partition 1";
    private static final int LINES = 5;

    /** Reads the identity of a directory; an IOException when there is none that can be believed. */
    public static LogIdentity read(final Path directory) throws IOException {
        final Path file = directory.resolve(FILE_NAME);
        final List<String> lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                .lines()
                .toList();
        try {
            final String[] id = lines.get(2).split(" ", -1);
            final LogIdentity found = new LogIdentity(
                    lines.get(1).substring("topic ".length()),
                    Long.parseUnsignedLong(id[1], 16),
                    Long.parseUnsignedLong(id[2], 16),
                    Integer.parseInt(lines.get(3).substring("partition ".length())));
            if (lines.size() != LINES || !found.text().lines().toList().equals(lines)) {
                throw new CorruptManifestException(file, "its checksum does not match");
            }
            return found;
        } catch (final IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new CorruptManifestException(file, e.toString());
        }
    }

    /** Writes the file into a directory. */
    public void write(final Path directory) throws IOException {
        Files.writeString(directory.resolve(FILE_NAME), text());
    }

    private String text() {
        final String body = MAGIC + "\ntopic " + topic + "\nid " + Long.toHexString(topicIdMsb) + ' '
                + Long.toHexString(topicIdLsb) + "\npartition " + partition + '\n';
        final CRC32C crc = new CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        return body + "crc " + Long.toHexString(crc.getValue()) + '\n';
    }
}
