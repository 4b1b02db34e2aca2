package io.tickwire.edge.shm;

import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Where and how a broker publishes.
 *
 * @param directory of the registry and ring files; created if absent.
 * @param journalPath the broker's data directory, told to subscribers for catch-up.
 * @param ringBytes capacity of a new ring, a power of two.
 * @param maxTotalBytes limit on the sum of all ring files.
 * @param maxChannels limit on channels open at a time.
 * @param permissions of the files; the directory gets the same plus search where it has read.
 */
public record RegistrySettings(
        Path directory,
        Path journalPath,
        int ringBytes,
        long maxTotalBytes,
        int maxChannels,
        Set<PosixFilePermission> permissions) {

    public RegistrySettings {
        if (Integer.bitCount(ringBytes) != 1
                || ringBytes < RingLayout.MIN_CAPACITY
                || ringBytes > RingLayout.MAX_CAPACITY) {
            throw new IllegalArgumentException("ring size " + ringBytes + " bytes: must be a power of two from "
                    + RingLayout.MIN_CAPACITY + " to " + RingLayout.MAX_CAPACITY);
        }
        if (maxChannels < 1 || maxTotalBytes < ringBytes) {
            throw new IllegalArgumentException("at least one channel of " + ringBytes + " bytes must fit, got "
                    + maxChannels + " channels and " + maxTotalBytes + " bytes");
        }
        permissions = Set.copyOf(permissions);
    }

    /** 8 MiB rings, 1 GiB in all, 4,096 channels, readable by the broker's group. */
    public static RegistrySettings defaults(final Path directory, final Path journalPath) {
        return new RegistrySettings(
                directory, journalPath, 8 << 20, 1L << 30, 4096, PosixFilePermissions.fromString("rw-r-----"));
    }

    public RegistrySettings withRingBytes(final int bytes) {
        return new RegistrySettings(directory, journalPath, bytes, maxTotalBytes, maxChannels, permissions);
    }
}
