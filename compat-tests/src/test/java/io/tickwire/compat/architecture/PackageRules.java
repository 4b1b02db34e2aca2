package io.tickwire.compat.architecture;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which package of Tickwire may use which: the one table of it. A package stands for everything below it that has no
 * line of its own, and may always use itself and what is below it. A package that is in no line may not exist.
 */
final class PackageRules {

    private static final Map<String, Set<String>> ALLOWED = new TreeMap<>();

    static {
        // kafka-protocol
        allow("kafka.primitive");
        allow("kafka.frame", "kafka.primitive");
        allow("kafka.record", "kafka.primitive");
        allow("kafka.hot", "kafka.primitive", "kafka.frame", "kafka.record");
        allow("kafka.message", "kafka.primitive", "kafka.frame", "kafka.record", "kafka.hot");

        // bypass-net
        allow("net.device");
        allow("net.dpdk", "net.device");
        allow("net.wire");
        allow("net.ip", "net.wire", "net.device");
        allow("net.igmp", "net.device", "net.wire", "net.ip");
        allow("net.udp", "net.device", "net.wire", "net.ip", "net.igmp");
        allow("net.tcp", "net.wire", "net.ip");
        allow("net.stack", "net.device", "net.wire", "net.ip", "net.igmp", "net.udp", "net.tcp");
        allow(
                "net.transport",
                "net.stack",
                "net.device",
                "net.dpdk",
                "net.wire",
                "net.ip",
                "net.igmp",
                "net.udp",
                "net.tcp");

        // storage
        allow("storage.journal");
        allow("storage.os");
        allow("storage.segment", "kafka.record", "storage.os", "storage.journal");
        allow("storage.producer", "kafka.record", "kafka.primitive");
        allow("storage.index", "storage.journal");
        allow(
                "storage.log",
                "kafka.record",
                "kafka.primitive",
                // Decompresses a batch to find a record by its time.
                "kafka.message",
                "storage.os",
                "storage.journal",
                "storage.segment",
                "storage.producer");
        allow(
                "storage.recovery",
                "kafka.record",
                "kafka.primitive",
                "storage.os",
                "storage.journal",
                "storage.segment",
                "storage.producer",
                "storage.log");
        allow("storage.retention", "kafka.record", "storage.journal", "storage.index", "storage.log");
        allow(
                "storage.compaction",
                "kafka.record",
                "storage.os",
                "storage.journal",
                "storage.segment",
                "storage.producer",
                "storage.log");
        allow("storage.catalog", "kafka.record", "storage");

        // broker-edge
        allow("edge.config");
        allow("edge.metrics", "edge.config");
        allow("edge.quota", "kafka", "edge.config", "edge.metrics");
        allow("edge.security", "kafka", "edge.config", "edge.metrics");
        allow("edge.share");
        allow("edge.shm", "kafka", "storage", "edge.config", "edge.metrics");
        // What one request needs: the handlers themselves, the table of them, and their contracts.
        allow(
                "edge.handler",
                "kafka",
                "storage",
                // Responses are gathered into the vector that the transport sends.
                "net.transport",
                "edge.config",
                "edge.metrics",
                "edge.quota",
                "edge.security",
                "edge.share",
                "edge.agent",
                "edge.metadata",
                "edge.group",
                "edge.transaction");
        allow(
                "edge.connection",
                "kafka",
                "net.transport",
                "edge.config",
                "edge.metrics",
                "edge.handler",
                "edge.security",
                "edge.quota");
        // Shard and conductor: they know connections and logs, and hand out contracts that control and feeds use.
        allow(
                "edge.agent",
                "kafka",
                "net",
                "storage",
                "edge.config",
                "edge.metrics",
                "edge.handler",
                "edge.connection",
                "edge.quota",
                "edge.security");
        allow(
                "edge.feed",
                "kafka",
                "net.transport",
                "storage",
                "edge.config",
                "edge.metrics",
                "edge.shm",
                "edge.agent");
        allow(
                "edge.metadata",
                "kafka",
                "storage",
                "edge.config",
                "edge.metrics",
                "edge.security",
                "edge.quota",
                "edge.agent",
                "edge.handler");
        allow(
                "edge.group",
                "kafka",
                "storage",
                "edge.config",
                "edge.metrics",
                "edge.metadata",
                "edge.agent",
                "edge.handler");
        allow(
                "edge.transaction",
                "kafka",
                "storage",
                "edge.config",
                "edge.metrics",
                "edge.metadata",
                "edge.group",
                "edge.agent",
                "edge.handler");
        // The control plane's wiring.
        allow(
                "edge.control",
                "kafka",
                "storage",
                "edge.config",
                "edge.metrics",
                "edge.security",
                "edge.quota",
                "edge.agent",
                "edge.handler",
                "edge.metadata",
                "edge.group",
                "edge.transaction");
        allow("edge.launch", "kafka", "net", "storage", "edge");

        allow("compat", "kafka", "net", "storage", "edge");
    }

    private PackageRules() {}

    private static void allow(String name, String... uses) {
        ALLOWED.put("io.tickwire." + name, Set.of(uses));
    }

    /** Returns the line that governs a package, or null when there is none. */
    static String governing(String packageName) {
        String best = null;
        for (String name : ALLOWED.keySet()) {
            if (isWithin(packageName, name) && (best == null || name.length() > best.length())) {
                best = name;
            }
        }
        return best;
    }

    static boolean mayUse(String from, String to) {
        String line = governing(from);
        if (line == null || isWithin(to, line)) {
            return line != null;
        }
        return ALLOWED.get(line).stream().anyMatch(used -> isWithin(to, "io.tickwire." + used));
    }

    static boolean isWithin(String packageName, String ancestor) {
        return packageName.equals(ancestor) || packageName.startsWith(ancestor + ".");
    }
}
