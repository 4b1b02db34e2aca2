package io.tickwire.edge.control;

import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Levels of the loggers of Kafka's own classes, which report at INFO and WARNING what is ordinary for one broker. */
public final class KafkaLogging {
    /** Strong references: java.util.logging forgets the level of a logger that nobody holds. */
    private static final Map<Logger, Level> LEVELS = Map.of(
            Logger.getLogger("org.apache.kafka"),
            Level.WARNING,
            // Warns that an empty metadata log gets its first records, and of every restart's new epoch.
            Logger.getLogger("org.apache.kafka.controller"),
            Level.SEVERE);

    private KafkaLogging() {}

    /** Sets the levels; called once, before the first of Kafka's classes is used. */
    public static void quiet() {
        LEVELS.forEach(Logger::setLevel);
    }
}
