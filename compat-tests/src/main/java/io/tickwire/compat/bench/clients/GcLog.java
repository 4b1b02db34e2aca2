package io.tickwire.compat.bench.clients;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a JVM's log ({@code -Xlog:gc*,safepoint}) says so far.
 *
 * @param collections garbage collections begun
 * @param stops times at which all its threads were stopped, for whatever reason
 * @param stoppedNs how long, together
 * @param longestStopNs the longest one
 */
record GcLog(long collections, long stops, long stoppedNs, long longestStopNs) {
    private static final Pattern COLLECTION = Pattern.compile("GC\\((\\d+)\\)");
    private static final Pattern STOP = Pattern.compile("Safepoint \".*Total: +(\\d+) ns");

    static GcLog read(Path log) throws IOException {
        long[] sums = new long[4];
        try (Stream<String> lines = Files.lines(log)) {
            lines.forEach(line -> {
                Matcher collection = COLLECTION.matcher(line);
                if (collection.find()) {
                    sums[0] = Math.max(sums[0], Long.parseLong(collection.group(1)) + 1);
                }
                Matcher stop = STOP.matcher(line);
                if (stop.find()) {
                    long ns = Long.parseLong(stop.group(1));
                    sums[1]++;
                    sums[2] += ns;
                    sums[3] = Math.max(sums[3], ns);
                }
            });
        }
        return new GcLog(sums[0], sums[1], sums[2], sums[3]);
    }

    /** What came after an earlier look; the longest stop stays that of the whole log where it was before. */
    GcLog since(GcLog before) {
        return new GcLog(
                collections - before.collections, stops - before.stops, stoppedNs - before.stoppedNs, longestStopNs);
    }
}
