package io.tickwire.compat.target;

import java.util.LinkedHashMap;
import java.util.Map;

/** Broker settings by Kafka's names, given to every target alike. */
public record BrokerSettings(Map<String, String> values) {

    /** Partitions of the topic of committed offsets, each with a group coordinator of its own. */
    public static final int OFFSETS_PARTITIONS = 4;

    public BrokerSettings {
        values = Map.copyOf(values);
    }

    /** Returns what one broker on a small machine needs: internal topics with few partitions, groups that start at once. */
    public static BrokerSettings small() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("offsets.topic.replication.factor", "1");
        values.put("offsets.topic.num.partitions", Integer.toString(OFFSETS_PARTITIONS));
        values.put("transaction.state.log.replication.factor", "1");
        values.put("transaction.state.log.min.isr", "1");
        values.put("transaction.state.log.num.partitions", "4");
        values.put("share.coordinator.state.topic.replication.factor", "1");
        values.put("share.coordinator.state.topic.min.isr", "1");
        values.put("share.coordinator.state.topic.num.partitions", "4");
        values.put("group.initial.rebalance.delay.ms", "0");
        values.put("group.streams.initial.rebalance.delay.ms", "0");
        // Testcontainers sets it on its container; here it is what it would be anyway.
        values.put("log.flush.interval.messages", Long.toString(Long.MAX_VALUE));
        // Cases give records times of long ago, which retention would delete as soon as it looks.
        values.put("log.retention.ms", "-1");
        values.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500");
        for (String protocol : new String[] {"consumer", "share", "streams"}) {
            values.put("group." + protocol + ".min.heartbeat.interval.ms", "200");
            values.put("group." + protocol + ".heartbeat.interval.ms", "300");
        }
        values.put("group.share.min.record.lock.duration.ms", "1000");
        return new BrokerSettings(values);
    }

    public BrokerSettings with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(values);
        more.put(name, value);
        return new BrokerSettings(more);
    }
}
