package io.tickwire.storage.segment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The offsets of the segments in whose place compaction puts a generation: the name of an empty file in the generation's directory, {@code
 * replaces-BASE-NEXT}. It tells which old files the generation outdates when the manifest, which knows that, too, is damaged.
 *
 * @param baseOffset first offset
 * @param nextOffset offset after the last
 */
public record ReplacedRange(long baseOffset, long nextOffset) {
    private static final Pattern FILE_NAME = Pattern.compile("replaces-(\\d{1,18})-(\\d{1,18})");

    /** Notes the range in a generation's directory. */
    public void write(final Path generation) throws IOException {
        Files.createFile(generation.resolve("replaces-" + baseOffset + "-" + nextOffset));
    }

    /** The range that a generation's directory has; null for one that is not of compaction. */
    public static ReplacedRange read(final Path generation) throws IOException {
        try (Stream<Path> children = Files.list(generation)) {
            return children.map(child -> FILE_NAME.matcher(child.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(name -> new ReplacedRange(Long.parseLong(name.group(1)), Long.parseLong(name.group(2))))
                    .findFirst()
                    .orElse(null);
        }
    }

    /** True when both have an offset. */
    public boolean overlaps(final ReplacedRange other) {
        return baseOffset < other.nextOffset && other.baseOffset < nextOffset;
    }
}
