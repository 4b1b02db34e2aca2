package io.tickwire.storage.recovery;

import io.tickwire.storage.segment.EpochStarts;

/**
 * Leader epochs learned from the batches of a log. No checksum covers the field, so a larger epoch counts only when the next batch
 * has it, too, or none follows: one flipped bit in the middle of a log moves nothing.
 */
final class FoundEpochs {
    private static final int NONE = -1;

    private final EpochStarts known;
    private int pending = NONE;
    private long pendingOffset;

    FoundEpochs(final EpochStarts known) {
        this.known = known;
    }

    /** The next batch in order of offsets. */
    void onBatch(final int epoch, final long offset) {
        if (epoch <= known.latest()) {
            pending = NONE;
        } else if (epoch == pending) {
            onEnd();
        } else {
            pending = epoch;
            pendingOffset = offset;
        }
    }

    /** No batch follows, for now. */
    void onEnd() {
        if (pending != NONE) {
            known.note(pending, pendingOffset);
            pending = NONE;
        }
    }
}
