package io.tickwire.storage.log;

/** The owner of a log did not come out of an append in seconds: its device stalls, or it has a claim open that it does not end. */
public final class OwnerBusyException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    OwnerBusyException() {
        super("the owner of the log is in the middle of an append: its device stalls, or it does not end a claim");
    }
}
