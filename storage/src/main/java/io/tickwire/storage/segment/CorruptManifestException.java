package io.tickwire.storage.segment;

import java.io.IOException;
import java.nio.file.Path;

/** A manifest that cannot be believed. */
public final class CorruptManifestException extends IOException {
    private static final long serialVersionUID = 1L;

    CorruptManifestException(final Path file, final String why) {
        super("manifest " + file + " cannot be used: " + why);
    }
}
