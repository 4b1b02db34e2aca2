package io.tickwire.storage.catalog;

import io.tickwire.storage.recovery.Corruption;
import java.util.List;

/**
 * What opening a data directory found and did.
 *
 * @param logs logs opened
 * @param uncleanLogs of these, not cleanly closed
 * @param scannedBytes bytes of journal files read
 * @param elapsedMs time it took, milliseconds
 * @param corruptions damaged places, cut or left where they are but never served
 * @param damaged directories that could not be opened and were set aside, with the reason
 */
public record RecoveryReport(
        int logs,
        int uncleanLogs,
        long scannedBytes,
        long elapsedMs,
        List<Corruption> corruptions,
        List<String> damaged) {
    /** Copies the lists. */
    public RecoveryReport {
        corruptions = List.copyOf(corruptions);
        damaged = List.copyOf(damaged);
    }

    /** One line for the operator. */
    public String summary() {
        return logs + " logs open after " + elapsedMs + " ms, " + uncleanLogs + " after an unclean stop, "
                + scannedBytes + " bytes read";
    }
}
