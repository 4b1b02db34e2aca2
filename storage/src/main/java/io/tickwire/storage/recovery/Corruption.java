package io.tickwire.storage.recovery;

import java.nio.file.Path;

/**
 * A damaged place.
 *
 * @param file the journal file
 * @param position where in it, bytes
 * @param offset offset expected there
 * @param what what is wrong
 * @param cut true when the log ends there now; false when what follows is intact and stays
 */
public record Corruption(Path file, long position, long offset, String what, boolean cut) {}
