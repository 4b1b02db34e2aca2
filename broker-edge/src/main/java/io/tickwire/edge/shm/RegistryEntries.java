package io.tickwire.edge.shm;

import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/** The entries of a registry as its broker writes them. One thread; readers, which it does not know of, see an entry whole or not at all. */
final class RegistryEntries {
    private final UnsafeBuffer buffer;

    /** Entries of a registry that lies in a buffer from its beginning. */
    RegistryEntries(final UnsafeBuffer buffer) {
        this.buffer = buffer;
    }

    /** Fills an entry and then makes it known. */
    void open(
            final int slot,
            final byte[] topic,
            final long topicIdMsb,
            final long topicIdLsb,
            final int partition,
            final long fileBytes,
            final String fileName) {
        final int base = RegistryLayout.entryBase(slot);
        final byte[] name = fileName.getBytes(StandardCharsets.US_ASCII);
        buffer.putInt(base + RegistryLayout.ENTRY_PARTITION_OFFSET, partition);
        buffer.putLong(base + RegistryLayout.ENTRY_TOPIC_ID_MSB_OFFSET, topicIdMsb);
        buffer.putLong(base + RegistryLayout.ENTRY_TOPIC_ID_LSB_OFFSET, topicIdLsb);
        buffer.putLong(base + RegistryLayout.ENTRY_FILE_BYTES_OFFSET, fileBytes);
        buffer.putInt(base + RegistryLayout.ENTRY_TOPIC_LENGTH_OFFSET, topic.length);
        buffer.putBytes(base + RegistryLayout.ENTRY_TOPIC_OFFSET, topic);
        buffer.putInt(base + RegistryLayout.ENTRY_FILE_NAME_LENGTH_OFFSET, name.length);
        buffer.putBytes(base + RegistryLayout.ENTRY_FILE_NAME_OFFSET, name);
        buffer.putIntRelease(base + RegistryLayout.ENTRY_STATE_OFFSET, RegistryLayout.ENTRY_OPEN);
        if (slot >= buffer.getInt(RegistryLayout.ENTRY_COUNT_OFFSET)) {
            buffer.putIntRelease(RegistryLayout.ENTRY_COUNT_OFFSET, slot + 1);
        }
    }

    /** From now on the entry names no channel. */
    void close(final int slot) {
        buffer.putIntRelease(
                RegistryLayout.entryBase(slot) + RegistryLayout.ENTRY_STATE_OFFSET, RegistryLayout.ENTRY_CLOSED);
    }
}
