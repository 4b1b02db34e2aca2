package io.tickwire.compat.faults;

/** Something in a history that no correct broker can have done. */
record Anomaly(Kind kind, String text) {

    enum Kind {
        /** What was acknowledged, or read by someone, is not there. */
        LOST,
        /** A record is there more often than it was sent. */
        DUPLICATED,
        /** Records of one writer, or offsets of one reader, are not in order. */
        REORDERED,
        /** A reader of committed records saw one that was never committed. */
        DIRTY_READ,
        /** A part of a transaction is visible. */
        TORN,
        /** A record that nobody sent. */
        PHANTOM,
        /** An offset that showed different records at different times. */
        CHANGED,
        /** A committed offset that nobody can have committed last. */
        WRONG_COMMITTED_OFFSET,
        /** Something did not come to an end once the faults were over. */
        STUCK
    }

    static final String OPEN = "transactions open for ";

    /** Says whether a transaction was still open when all should have ended. */
    boolean isOpenTransaction() {
        return text.startsWith(OPEN);
    }

    @Override
    public String toString() {
        return kind + ": " + text;
    }
}
