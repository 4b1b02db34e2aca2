package io.tickwire.edge.launch;

import io.tickwire.edge.control.KafkaLogging;
import java.util.logging.Level;
import java.util.logging.Logger;

/** One line per event on standard error; libraries only from WARNING up. */
final class Logs {
    private static final Logger ROOT = Logger.getLogger("");
    private static final Logger OWN = Logger.getLogger("io.tickwire");

    private static final Logger CHRONICLE = Logger.getLogger("net.openhft");

    private Logs() {}

    /** Sets formats and levels, unless the operator brought a logging configuration. */
    static void configure() {
        if (System.getProperty("java.util.logging.config.file") != null) {
            return;
        }
        if (System.getProperty("java.util.logging.SimpleFormatter.format") == null) {
            System.setProperty("java.util.logging.SimpleFormatter.format", "%1$tFT%1$tT.%1$tL %4$s %3$s: %5$s%6$s%n");
        }
        ROOT.setLevel(Level.WARNING);
        OWN.setLevel(Level.INFO);
        // Chronicle says at each start that it does without JNA, which is what is wanted.
        CHRONICLE.setLevel(Level.SEVERE);
        KafkaLogging.quiet();
    }
}
