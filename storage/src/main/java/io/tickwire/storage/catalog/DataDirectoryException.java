package io.tickwire.storage.catalog;

import java.io.IOException;

/** The data directory cannot be used; the message tells the operator why and what would be right. */
public final class DataDirectoryException extends IOException {
    private static final long serialVersionUID = 1L;

    DataDirectoryException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
