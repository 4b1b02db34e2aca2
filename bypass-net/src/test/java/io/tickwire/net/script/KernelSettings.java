package io.tickwire.net.script;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Settings of our TCP as settings of Linux': of this network namespace, or of a script's sockets. */
final class KernelSettings {
    private static final Path SYSCTL = Path.of("/proc/sys/net/ipv4");
    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("tcp_recovery", "1"),
            Map.entry("tcp_early_retrans", "3"),
            // Sends as the window allows; what else there is may pace.
            Map.entry("tcp_congestion_control", "reno"),
            Map.entry("tcp_timestamps", "1"),
            Map.entry("tcp_sack", "1"),
            Map.entry("tcp_window_scaling", "1"),
            Map.entry("tcp_fin_timeout", "60"),
            Map.entry("tcp_rto_min_us", "200000"),
            // ECN is off in our stack; metrics of earlier connections would change the next.
            Map.entry("tcp_ecn", "0"),
            Map.entry("tcp_no_metrics_save", "1"),
            // Forgets learnt path MTUs.
            Map.entry("route/flush", "1"));

    private KernelSettings() {}

    /** A script needs something that Linux does not have, or that cannot be set. */
    static final class NotApplicable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotApplicable(String reason) {
            super(reason);
        }
    }

    /** Undoes what earlier scripts set. */
    static void reset() throws IOException {
        for (final Map.Entry<String, String> entry : DEFAULTS.entrySet()) {
            sysctl(entry.getKey(), entry.getValue());
        }
    }

    private static void sysctl(String name, String value) throws IOException {
        Files.writeString(SYSCTL.resolve(name), value);
    }

    /** Does what a script's {@code set} line says, as far as Linux can be told. */
    static void set(String field, String value, KernelSockets sockets) throws IOException {
        switch (field) {
            case "rack" -> {
                sysctl("tcp_recovery", "0");
                sysctl("tcp_early_retrans", "0");
            }
            case "congestion" -> {
                // Always NewReno.
            }
            case "timestamps" -> sysctl("tcp_timestamps", "0");
            case "sack" -> sysctl("tcp_sack", "0");
            case "windowScaling" -> sysctl("tcp_window_scaling", "0");
            case "minRto" -> sysctl("tcp_rto_min_us", value + "000");
            case "finWait2" -> sysctl("tcp_fin_timeout", seconds(field, value));
            case "noDelay" -> sockets.noDelay = Boolean.parseBoolean(value);
            case "immediateAck" -> sockets.quickAck = Boolean.parseBoolean(value);
            case "keepAliveIdle" -> sockets.keepAliveIdleSeconds = Integer.parseInt(seconds(field, value));
            case "keepAliveInterval" -> sockets.keepAliveIntervalSeconds = Integer.parseInt(seconds(field, value));
            case "keepAliveProbes" -> sockets.keepAliveProbes = Integer.parseInt(value);
            default -> throw new NotApplicable("Linux cannot be given " + field);
        }
    }

    private static String seconds(String field, String milliseconds) {
        if (!milliseconds.endsWith("000")) {
            throw new NotApplicable("Linux counts " + field + " in seconds");
        }
        return milliseconds.substring(0, milliseconds.length() - 3);
    }
}
