package io.tickwire.edge.handler.share;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.server.share.ShareGroupListener;
import org.apache.kafka.server.share.session.ShareSessionKey;

/**
 * The members that are connected: their sessions, and the fetches that wait for them. When a member ends its session or its
 * connection, what it has is released, and nothing more is acquired for it. Shard's thread only.
 */
public final class ShareMembership {
    private final SharePartitions shares;
    private final ShareSessions sessions;
    private final Map<ShareSessionKey, Set<PendingShareFetch>> waiting = new HashMap<>();

    /** Nobody yet. */
    public ShareMembership(SharePartitions shares) {
        this.shares = shares;
        sessions = new ShareSessions(shares.services().defaults().shareGroupMaxShareSessions());
        sessions.listener(new ShareGroupListener() {
            @Override
            public void onMemberLeave(String groupId, String memberId) {
                leave(new ShareSessionKey(groupId, memberId));
            }

            @Override
            public void onGroupEmpty(String groupId) {
                shares.dropGroup(groupId);
            }
        });
    }

    SharePartitions shares() {
        return shares;
    }

    ShareSessions sessions() {
        return sessions;
    }

    /** What happened so far; any thread. */
    public ShareCounters counters() {
        return shares.counters();
    }

    /** Sessions open; any thread. */
    public int sessionCount() {
        return sessions.size();
    }

    /** A fetch of the member waits, until {@link #answered}. */
    void waits(ShareSessionKey member, PendingShareFetch fetch) {
        waiting.computeIfAbsent(member, key -> new HashSet<>()).add(fetch);
    }

    void answered(ShareSessionKey member, PendingShareFetch fetch) {
        Set<PendingShareFetch> fetches = waiting.get(member);
        if (fetches != null && fetches.remove(fetch) && fetches.isEmpty()) {
            waiting.remove(member);
        }
    }

    /** The member's session is over. */
    void leave(ShareSessionKey member) {
        Set<PendingShareFetch> fetches = waiting.remove(member);
        if (fetches != null) {
            fetches.forEach(PendingShareFetch::cancel);
        }
        sessions.end(member, (key, partition) -> shares.release(key.groupId(), key.memberId(), partition));
    }

    /** A connection has ended; any thread. */
    public void connectionClosed(String connectionId) {
        boolean _ = shares.host().post().test(() -> sessions.connectionClosed(connectionId));
    }
}
