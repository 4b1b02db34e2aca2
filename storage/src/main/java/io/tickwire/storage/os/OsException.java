package io.tickwire.storage.os;

import java.io.IOException;

/** A system call that failed, with its error number. */
public final class OsException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errorNumber;

    OsException(final String what, final int errorNumber) {
        super(what + " failed, errno " + errorNumber);
        this.errorNumber = errorNumber;
    }

    /** The system's error number. */
    public int errorNumber() {
        return errorNumber;
    }

    /** True when the disk or the quota is full. */
    public boolean isNoSpace() {
        return errorNumber == Posix.ENOSPC || errorNumber == Posix.EDQUOT;
    }
}
