package io.tickwire.storage.compaction;

import java.io.IOException;
import java.nio.file.Path;

/** A batch that cannot be believed: its partition is not compacted any more. */
public final class CorruptSegmentException extends IOException {
    private static final long serialVersionUID = 1L;

    CorruptSegmentException(final Path file, final long position, final String what) {
        super("corrupt batch in " + file + " at position " + position + ": " + what);
    }
}
