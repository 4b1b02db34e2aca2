package io.tickwire.compat.faults;

/** What a client knows about something that it asked for. */
enum Outcome {
    /** The broker has said that it is done. */
    DONE,
    /** It cannot have happened: the broker refused it, or was never asked for the last step. */
    NOT_DONE,
    /** Neither is known: the answer did not come. */
    UNKNOWN
}
