package io.tickwire.storage.recovery;

import java.nio.file.Path;

/**
 * A damaged place.
 *
 * @param file the damaged file
 * @param position where in it, bytes
 * @param offset offset expected there
 * @param what what is wrong
 * @param outcome what became of it
 */
public record Corruption(Path file, long position, long offset, String what, Outcome outcome) {
    /** What recovery does about a damaged place, or would do. */
    public enum Outcome {
        /** The segment ends there now. */
        CUT("cut off"),
        /** What follows is intact and stays. */
        LEFT("left in place, not served"),
        /** The file is not there: its offsets are skipped. */
        GONE("its records are gone"),
        /** The manifest was made again from the journals. */
        MADE_AGAIN("made again from the journals");

        private final String words;

        Outcome(final String words) {
            this.words = words;
        }

        /** For an operator. */
        @Override
        public String toString() {
            return words;
        }
    }
}
