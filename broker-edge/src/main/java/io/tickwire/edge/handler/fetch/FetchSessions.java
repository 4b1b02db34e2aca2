package io.tickwire.edge.handler.fetch;

import io.tickwire.net.transport.LongCell;
import java.util.concurrent.ThreadLocalRandom;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * The fetch sessions of one shard, bounded as Kafka's: a full cache gives way only where a session was unused for long. Using one
 * allocates nothing.
 */
final class FetchSessions {
    /** In a ring of all sessions, from the one unused for longest on. */
    private static final class Cached {
        private final FetchSession session;
        private long lastUsedNs;
        private Cached previous = this;
        private Cached next = this;

        Cached(FetchSession session) {
            this.session = session;
        }

        void unlink() {
            previous.next = next;
            next.previous = previous;
        }

        void linkBefore(Cached other) {
            previous = other.previous;
            next = other;
            previous.next = this;
            other.previous = this;
        }
    }

    private final Int2ObjectHashMap<Cached> sessions = new Int2ObjectHashMap<>();
    /** Where the ring begins and ends; no session itself. */
    private final Cached ends = new Cached(null);

    private final int maxSessions;
    private final long evictionNs;
    private final LongCell evicted = new LongCell();
    private final LongCell refused = new LongCell();

    FetchSessions(int maxSessions, long evictionNs) {
        this.maxSessions = maxSessions;
        this.evictionNs = evictionNs;
    }

    /** The session, used at this time, or null. */
    FetchSession use(int id, long nowNs) {
        Cached cached = sessions.get(id);
        if (cached == null) {
            return null;
        }
        cached.lastUsedNs = nowNs;
        cached.unlink();
        cached.linkBefore(ends);
        return cached.session;
    }

    /** A new session, or null when the cache is full: then the client goes on without one. */
    FetchSession create(boolean byId, long nowNs) {
        if (sessions.size() >= maxSessions && !evictOldest(nowNs)) {
            refused.increment();
            return null;
        }
        int id;
        do {
            id = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
        } while (sessions.containsKey(id));
        Cached cached = new Cached(new FetchSession(id, byId));
        cached.lastUsedNs = nowNs;
        cached.linkBefore(ends);
        sessions.put(id, cached);
        return cached.session;
    }

    private boolean evictOldest(long nowNs) {
        Cached oldest = ends.next;
        if (oldest == ends || oldest.session.inUse() != null || nowNs - oldest.lastUsedNs < evictionNs) {
            return false;
        }
        remove(oldest.session.id());
        evicted.increment();
        return true;
    }

    void remove(int id) {
        Cached removed = sessions.remove(id);
        if (removed != null) {
            removed.unlink();
        }
    }

    int size() {
        return sessions.size();
    }

    long evicted() {
        return evicted.get();
    }

    long refused() {
        return refused.get();
    }
}
