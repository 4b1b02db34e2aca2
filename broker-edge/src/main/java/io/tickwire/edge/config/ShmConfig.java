package io.tickwire.edge.config;

import java.nio.file.Path;

/**
 * Shared memory.
 *
 * @param enabled whether records are published to shared memory
 * @param dir directory of the rings
 * @param ringBytes size of each partition's ring, a power of two
 * @param maxBytes most memory for all rings
 * @param maxChannels most rings
 * @param permissions of the files, as {@code ls} shows them
 * @param maxPublishers most publishers that are taken up at a time; 0 takes none
 * @param publisherPermissions of the directory in which publishers make their files
 * @param feedFirst where a feed's messages go first
 */
public record ShmConfig(
        boolean enabled,
        Path dir,
        long ringBytes,
        long maxBytes,
        int maxChannels,
        String permissions,
        int maxPublishers,
        String publisherPermissions,
        FeedFirst feedFirst) {
    static final ConfigKey<Boolean> ENABLED =
            ConfigKey.of("shm.enabled", ConfigType.BOOL, "true", "publish records to shared memory");
    static final ConfigKey<Path> DIR =
            ConfigKey.of("shm.dir", ConfigType.PATH, "/dev/shm/tickwire", "directory of the shared-memory rings");
    static final ConfigKey<Long> RING_BYTES =
            ConfigKey.of("shm.ring.bytes", ConfigType.SIZE, "8 MiB", "size of one partition's ring, a power of two");
    static final ConfigKey<Long> MAX_BYTES = ConfigKey.of(
            "shm.max.bytes", ConfigType.SIZE, "1 GiB", "memory for all rings; partitions beyond it get none");
    static final ConfigKey<Integer> MAX_CHANNELS = ConfigKey.of(
            "shm.max.channels", ConfigType.integer(1, 65_536), "4096", "rings; partitions beyond it get none");
    static final ConfigKey<String> PERMISSIONS =
            ConfigKey.of("shm.access", ConfigType.TEXT, "rw-r-----", "permissions of the shared-memory files");
    static final ConfigKey<Integer> MAX_PUBLISHERS = ConfigKey.of(
            "shm.max.publishers",
            ConfigType.integer(0, 4096),
            "64",
            "local processes that may write through shared memory at a time; 0 for none");
    static final ConfigKey<String> PUBLISHER_PERMISSIONS = ConfigKey.of(
            "shm.publish.access",
            ConfigType.TEXT,
            "rwx------",
            "permissions of the directory where publishers make their files: who may write there may write to every topic");

    static final ConfigKey<FeedFirst> FEED_FIRST = ConfigKey.of(
            "shm.feed.first",
            ConfigType.choice(FeedFirst.class),
            "ring",
            "what a feed's messages reach first: subscribers in shared memory, or the journal");

    static ShmConfig load(Values values) {
        return new ShmConfig(
                values.get(ENABLED),
                values.get(DIR),
                values.get(RING_BYTES),
                values.get(MAX_BYTES),
                values.get(MAX_CHANNELS),
                values.get(PERMISSIONS),
                values.get(MAX_PUBLISHERS),
                values.get(PUBLISHER_PERMISSIONS),
                values.get(FEED_FIRST));
    }
}
