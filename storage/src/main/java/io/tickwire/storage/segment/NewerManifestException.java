package io.tickwire.storage.segment;

import java.io.IOException;
import java.nio.file.Path;

/** A manifest, sound by its checksum, of a layout that this version does not know. */
public final class NewerManifestException extends IOException {
    private static final long serialVersionUID = 1L;

    NewerManifestException(final Path file, final String found, final String known) {
        super("manifest " + file + " has the layout '" + found + "', written by a newer version; this one reads '"
                + known + "'");
    }
}
