package io.tickwire.edge.connection;

import io.tickwire.net.transport.LongCell;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What fails inside the broker on one shard, one request, message or task at a time: the shard goes on. All are counted, and of
 * each kind the first is logged. Written by the shard's thread; the count is read by any.
 */
public final class InternalErrors {
    private static final Logger LOG = LoggerFactory.getLogger(InternalErrors.class);
    private static final int MOST_KINDS = 256;

    private final LongCell count = new LongCell();
    private final Set<String> logged = new HashSet<>();

    /**
     * Counts a failure.
     *
     * @param what what failed: a constant
     */
    public void add(String what, Throwable failure) {
        count.increment();
        if (logged.size() < MOST_KINDS && logged.add(what + failure.getClass().getName())) {
            LOG.error("{} failed; the next failures of this kind are only counted", what, failure);
        }
    }

    /** Failures so far. */
    public LongCell count() {
        return count;
    }
}
