package io.tickwire.storage.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.log.SmallDisk;
import java.io.IOException;
import java.util.Random;

/** Fills the file system under the log for a while. */
final class ModelFullDisk {
    /** Enough for some appends, or for none. */
    private static final int MOST_ROOM_BYTES = 1 << 20;

    private static final int ENOUGH_ROOM_BYTES = 8 << 20;
    private static final int MOST_APPENDS = 400;
    private static final int APPENDS_PER_FILLING = 50;
    private static final int APPENDS_AFTERWARDS = 5;

    private final SmallDisk disk;
    private final Random random;

    /** Appends one batch, to the model too if it was acknowledged; the error. */
    @FunctionalInterface
    interface Append {
        short run();
    }

    ModelFullDisk(SmallDisk disk, Random random) {
        this.disk = disk;
        this.random = random;
    }

    /** Appends until that fails, and on; then there is room again. */
    void run(Append append, Runnable check) throws IOException {
        disk.awaitRoom(ENOUGH_ROOM_BYTES);
        int room = random.nextInt(MOST_ROOM_BYTES);
        int refused = 0;
        for (int i = 0; i < MOST_APPENDS && refused < 3; i++) {
            if (i % APPENDS_PER_FILLING == 0) {
                disk.fillUpTo(
                        room); // Deleted files give their room back late, when Chronicle's thread has unmapped them.
            }
            short error = append.run();
            if (error != KafkaErrors.NONE) {
                assertEquals(KafkaErrors.KAFKA_STORAGE_ERROR, error, "error of an append to a full disk");
                refused++;
            }
        }
        assertEquals(3, refused, "appends refused");
        check.run();
        disk.makeRoom();
        disk.awaitRoom(ENOUGH_ROOM_BYTES);
        for (int i = 0; i < APPENDS_AFTERWARDS; i++) {
            assertEquals(KafkaErrors.NONE, append.run(), "append when there is room again");
        }
        check.run();
    }
}
