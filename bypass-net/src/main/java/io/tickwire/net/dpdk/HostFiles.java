package io.tickwire.net.dpdk;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** Reads what the kernel tells of itself in {@code /proc} and {@code /sys}; under another root in tests. */
public final class HostFiles {
    private final Path root;

    /** Of the machine whose root is {@code root}. */
    public HostFiles(final Path root) {
        this.root = root;
    }

    Path path(final String absolute) {
        return root.resolve(absolute.substring(1));
    }

    /** Whether there is such a file. */
    public boolean exists(final String absolute) {
        return Files.exists(path(absolute));
    }

    /** The file's text without the blanks around it; empty when it cannot be read. */
    public Optional<String> text(final String absolute) {
        try {
            return Optional.of(Files.readString(path(absolute)).strip());
        } catch (final IOException unreadable) {
            return Optional.empty();
        }
    }

    /** The number in a file, or {@code otherwise}. */
    public long number(final String absolute, final long otherwise) {
        try {
            return text(absolute).map(Long::parseLong).orElse(otherwise);
        } catch (final NumberFormatException other) {
            return otherwise;
        }
    }

    /** Name of what a link points to. */
    Optional<String> linkName(final String absolute) {
        try {
            return Optional.of(
                    Files.readSymbolicLink(path(absolute)).getFileName().toString());
        } catch (final IOException none) {
            return Optional.empty();
        }
    }

    /** Names in a directory, sorted; none when there is no such directory. */
    public List<String> names(final String absolute) {
        final List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path(absolute))) {
            for (final Path entry : entries) {
                names.add(entry.getFileName().toString());
            }
        } catch (final IOException none) {
            return List.of();
        }
        names.sort(null);
        return names;
    }

    /** The value behind {@code key:} in a file of such lines. */
    public Optional<String> field(final String absolute, final String key) {
        return text(absolute)
                .flatMap(text -> text.lines()
                        .filter(line -> line.startsWith(key + ":"))
                        .findFirst()
                        .map(line -> line.substring(key.length() + 1).strip()));
    }

    /** Reads a list of CPUs such as {@code 2-3,5}; what cannot be read is left out. */
    public static BitSet cpus(final String list) {
        final BitSet cpus = new BitSet();
        for (final String part : list.split(",", -1)) {
            final int dash = part.indexOf('-');
            try {
                final int first = Integer.parseInt(
                        dash < 0 ? part.strip() : part.substring(0, dash).strip());
                final int last = dash < 0
                        ? first
                        : Integer.parseInt(part.substring(dash + 1).strip());
                if (first >= 0 && last >= first && last < 1 << 16) {
                    cpus.set(first, last + 1);
                }
            } catch (final NumberFormatException notANumber) {
                // An empty list, or words of a newer kernel.
            }
        }
        return cpus;
    }
}
