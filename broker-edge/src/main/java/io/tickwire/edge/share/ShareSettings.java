package io.tickwire.edge.share;

/** A share group's settings of this moment; each may change between two calls. */
public interface ShareSettings {
    /** Most deliveries of one record: {@code share.delivery.count.limit}. */
    int deliveryCountLimit();

    /** Most records in flight on one partition: {@code share.partition.max.record.locks}. */
    int maxRecordLocks();

    /** How long a delivered record stays locked: {@code share.record.lock.duration.ms}. */
    long lockDurationNs();

    /** Whether locks may be renewed: {@code share.renew.acknowledge.enable} (KIP-1222). */
    boolean renewEnabled();
}
