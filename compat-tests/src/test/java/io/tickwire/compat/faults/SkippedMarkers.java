package io.tickwire.compat.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Transactions that Kafka declared complete without writing their markers, by what it logged.
 *
 * <p>A broker that is started again after SIGKILL loads its transactions, and sends the markers of those that were about to end,
 * while the controller still takes it out of the partitions it led. The markers then go to no leader, which Kafka 4.3.1 takes for
 * deleted partitions: it skips them. Such a transaction stays open in its partitions, and the next one of the same producer decides
 * over both. What was committed can so be lost, and what was aborted be read.
 */
public record SkippedMarkers(Set<String> transactionalIds) {

    private static final Pattern LINE = Pattern.compile(
            "Couldn't find leader endpoint for .* send transaction markers for (\\S+), these partitions");

    /** Reads a broker's output. */
    public static SkippedMarkers in(Path output) throws IOException {
        try (Stream<String> lines = Files.lines(output)) {
            return in(lines);
        }
    }

    static SkippedMarkers in(Stream<String> lines) {
        Set<String> ids = new TreeSet<>();
        lines.map(LINE::matcher).filter(Matcher::find).forEach(matcher -> ids.add(matcher.group(1)));
        return new SkippedMarkers(ids);
    }

    /**
     * Returns the anomalies that do not follow from it: those that tell of other transactional ids, unless a transaction stayed open
     * to the end and hid all that is behind it.
     */
    List<Anomaly> notExplained(List<Anomaly> anomalies) {
        if (transactionalIds.isEmpty()) {
            return anomalies;
        }
        if (anomalies.stream().anyMatch(Anomaly::isOpenTransaction)) {
            return List.of();
        }
        return anomalies.stream().filter(anomaly -> !isOfThem(anomaly)).toList();
    }

    /** A value begins with its writer's name and a hyphen; a transaction and a group are called by the name alone. */
    private boolean isOfThem(Anomaly anomaly) {
        return transactionalIds.stream()
                .anyMatch(id -> Pattern.compile("(^|\\W)" + Pattern.quote(id) + "[- ]")
                        .matcher(anomaly.text())
                        .find());
    }
}
