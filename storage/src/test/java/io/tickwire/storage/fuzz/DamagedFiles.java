package io.tickwire.storage.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Damage to the files of a log, written down in bytes: six for each place.
 *
 * <pre>
 *   file (modulo the number of files) 1 | what 1: below 200 a byte is changed, else the file is cut or lengthened there
 *   place (modulo the file's length) 3, big endian | bits to flip, 0 counts as 1: 1
 * </pre>
 */
final class DamagedFiles {
    private static final int PLACE_BYTES = 6;
    private static final int FIRST_CUT = 200;
    private static final int FIRST_GROWTH = 240;

    private final Path directory;
    private final List<Path> files;

    DamagedFiles(final Path directory) throws IOException {
        this.directory = directory;
        try (Stream<Path> tree = Files.walk(directory)) {
            files = tree.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Files below the directory, in the order in which damage counts them, relative to it. */
    List<Path> files() {
        return files.stream().map(directory::relativize).toList();
    }

    /** Applies what {@code script} says, at most {@code most} places. */
    void damage(final byte[] script, final int most) throws IOException {
        for (int i = 0; i < most && (i + 1) * PLACE_BYTES <= script.length; i++) {
            final int at = i * PLACE_BYTES;
            final Path file = files.get((script[at] & 0xff) % files.size());
            final int what = script[at + 1] & 0xff;
            final int place = (script[at + 2] & 0xff) << 16 | (script[at + 3] & 0xff) << 8 | (script[at + 4] & 0xff);
            try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
                final long length = content.length();
                if (what >= FIRST_GROWTH) {
                    content.setLength(length + place % 5000);
                } else if (what >= FIRST_CUT) {
                    content.setLength(place % (length + 1));
                } else if (length > 0) {
                    flip(content, place % length, Math.max(1, script[at + 5] & 0xff));
                }
            }
        }
    }

    private static void flip(final RandomAccessFile content, final long place, final int bits) throws IOException {
        content.seek(place);
        final int old = content.read();
        content.seek(place);
        content.write(old ^ bits);
    }

    /** A script of one changed byte. */
    static byte[] flipped(final int file, final int place, final int bits) {
        return script(file, 0, place, bits);
    }

    /** A script of one cut. */
    static byte[] cut(final int file, final int place) {
        return script(file, FIRST_CUT, place, 0);
    }

    private static byte[] script(final int file, final int what, final int place, final int bits) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(file);
        bytes.write(what);
        bytes.write(place >> 16);
        bytes.write(place >> 8);
        bytes.write(place);
        bytes.write(bits);
        return bytes.toByteArray();
    }

    /** Copies a tree of small files, holes included. */
    static void copy(final Path from, final Path to) {
        try (Stream<Path> tree = Files.walk(from)) {
            tree.forEach(path -> {
                try {
                    Files.copy(path, to.resolve(from.relativize(path)));
                } catch (final IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
