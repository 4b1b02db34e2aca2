package io.tickwire.edge.handler.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

class FetchSessionsTest {
    private static final long EVICTION_NS = 100;

    private final FetchSessions sessions = new FetchSessions(2, EVICTION_NS);

    @Test
    void sessionIsFoundUntilItIsRemoved() {
        FetchSession session = sessions.create(true, 0);
        assertSame(session, sessions.use(session.id(), 1));
        sessions.remove(session.id());
        sessions.remove(session.id());
        assertNull(sessions.use(session.id(), 2));
        assertEquals(0, sessions.size());
    }

    @Test
    void fullCacheRefusesWhileEverySessionWasUsedLately() {
        sessions.create(true, 0);
        sessions.create(true, 0);
        assertNull(sessions.create(true, EVICTION_NS - 1));
        assertEquals(1, sessions.refused());
        assertEquals(2, sessions.size());
    }

    @Test
    void fullCacheGivesUpTheSessionUnusedForLongest() {
        FetchSession first = sessions.create(true, 0);
        FetchSession second = sessions.create(true, 1);
        assertSame(first, sessions.use(first.id(), 50));
        assertNotNull(sessions.create(true, EVICTION_NS + 1));
        assertNull(sessions.use(second.id(), EVICTION_NS + 1));
        assertSame(first, sessions.use(first.id(), EVICTION_NS + 1));
        assertEquals(1, sessions.evicted());
        assertEquals(2, sessions.size());
    }

    @Test
    void cacheOfNoSlotsRefusesAll() {
        assertNull(new FetchSessions(0, EVICTION_NS).create(false, 1_000));
    }
}
