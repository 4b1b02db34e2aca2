package io.tickwire.storage.recovery;

import io.tickwire.storage.segment.LogManifest;
import java.util.List;

/**
 * A log put in order.
 *
 * @param manifest what the log consists of now
 * @param clean it had been closed cleanly: nothing was read
 * @param scannedBytes bytes of journal files that were read
 * @param corruptions damaged places found
 */
public record RecoveredLog(LogManifest manifest, boolean clean, long scannedBytes, List<Corruption> corruptions) {
    /** Copies the list. */
    public RecoveredLog {
        corruptions = List.copyOf(corruptions);
    }
}
