package io.tickwire.edge.config;

import java.nio.file.Path;

/**
 * Shared memory.
 *
 * @param enabled whether records are published to shared memory
 * @param dir directory of the rings
 * @param ringBytes size of each partition's ring
 */
public record ShmConfig(boolean enabled, Path dir, long ringBytes) {
    static final ConfigKey<Boolean> ENABLED =
            ConfigKey.of("shm.enabled", ConfigType.BOOL, "true", "publish records to shared memory");
    static final ConfigKey<Path> DIR =
            ConfigKey.of("shm.dir", ConfigType.PATH, "/dev/shm/tickwire", "directory of the shared-memory rings");
    static final ConfigKey<Long> RING_BYTES =
            ConfigKey.of("shm.ring.bytes", ConfigType.SIZE, "16 MiB", "size of one partition's ring");

    static ShmConfig load(Values values) {
        return new ShmConfig(values.get(ENABLED), values.get(DIR), values.get(RING_BYTES));
    }
}
