package io.tickwire.edge.handler.fetch;

import io.tickwire.net.transport.LongCell;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** The fetch sessions of one shard, bounded as Kafka's: a full cache gives way only where a session was unused for long. */
final class FetchSessions {
    private static final class Cached {
        private final FetchSession session;
        private long lastUsedNs;

        Cached(FetchSession session, long nowNs) {
            this.session = session;
            lastUsedNs = nowNs;
        }
    }

    private final LinkedHashMap<Integer, Cached> sessions = new LinkedHashMap<>(16, 0.75f, true);
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
        FetchSession session = new FetchSession(id, byId);
        sessions.put(id, new Cached(session, nowNs));
        return session;
    }

    private boolean evictOldest(long nowNs) {
        Iterator<Cached> oldestFirst = sessions.values().iterator();
        if (!oldestFirst.hasNext()) {
            return false;
        }
        Cached oldest = oldestFirst.next();
        if (oldest.session.inUse() != null || nowNs - oldest.lastUsedNs < evictionNs) {
            return false;
        }
        oldestFirst.remove();
        evicted.increment();
        return true;
    }

    void remove(int id) {
        sessions.remove(id);
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
