package io.tickwire.edge.handler.share;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidShareSessionEpochException;
import org.apache.kafka.common.errors.ShareSessionLimitReachedException;
import org.apache.kafka.common.errors.ShareSessionNotFoundException;
import org.apache.kafka.common.requests.ShareRequestMetadata;
import org.apache.kafka.common.utils.ImplicitLinkedHashCollection;
import org.apache.kafka.server.share.CachedSharePartition;
import org.apache.kafka.server.share.ShareGroupListener;
import org.apache.kafka.server.share.context.FinalContext;
import org.apache.kafka.server.share.context.ShareFetchContext;
import org.apache.kafka.server.share.context.ShareSessionContext;
import org.apache.kafka.server.share.session.ShareSession;
import org.apache.kafka.server.share.session.ShareSessionCache;
import org.apache.kafka.server.share.session.ShareSessionKey;

/**
 * Share sessions: which partitions a member fetches, so that it need not name them each time. The cache and what a response
 * has to mention are Kafka's; here are the rules of epochs. Shard's thread only.
 */
final class ShareSessions {
    private final ShareSessionCache cache;

    /**
     * None yet.
     *
     * @param maxSessions group.share.max.share.sessions
     */
    ShareSessions(int maxSessions) {
        cache = new ShareSessionCache(maxSessions);
    }

    /** Told of members and groups that have lost their connection. */
    void listener(ShareGroupListener listener) {
        cache.registerShareGroupListener(listener);
    }

    /**
     * The session of a fetch, opened, changed or about to end as the fetch says.
     *
     * @param asked partitions the request names
     * @param forgotten partitions it takes out
     * @param acknowledges whether it acknowledges something
     * @throws ShareSessionLimitReachedException when there is no room for a new session
     * @throws ShareSessionNotFoundException when there is no such session
     * @throws InvalidShareSessionEpochException when the request is not the session's next
     * @throws InvalidRequestException when it opens a session and acknowledges something
     */
    ShareFetchContext forFetch(
            ShareSessionKey key,
            int epoch,
            List<TopicIdPartition> asked,
            List<TopicIdPartition> forgotten,
            boolean acknowledges,
            String connectionId) {
        if (epoch == ShareRequestMetadata.INITIAL_EPOCH) {
            return open(key, asked, acknowledges, connectionId);
        }
        ShareSession session = find(key);
        if (epoch == ShareRequestMetadata.FINAL_EPOCH) {
            return new FinalContext();
        }
        requireEpoch(session, epoch);
        var _ = session.update(asked, forgotten);
        next(session);
        return new ShareSessionContext(epoch, session);
    }

    private ShareFetchContext open(
            ShareSessionKey key, List<TopicIdPartition> asked, boolean acknowledges, String connectionId) {
        if (acknowledges) {
            throw new InvalidRequestException("A request that opens a share session cannot acknowledge anything.");
        }
        var _ = cache.remove(key);
        ImplicitLinkedHashCollection<CachedSharePartition> partitions =
                new ImplicitLinkedHashCollection<>(asked.size());
        asked.forEach(partition -> partitions.add(new CachedSharePartition(partition, false)));
        if (cache.maybeCreateSession(key.groupId(), key.memberId(), partitions, connectionId) == null) {
            throw new ShareSessionLimitReachedException("group.share.max.share.sessions are open.");
        }
        return new ShareSessionContext(ShareRequestMetadata.INITIAL_EPOCH, asked);
    }

    /**
     * Lets a ShareAcknowledge pass.
     *
     * @throws ShareSessionNotFoundException when there is no such session
     * @throws InvalidShareSessionEpochException when the request is not the session's next
     */
    void forAcknowledge(ShareSessionKey key, int epoch) {
        if (epoch == ShareRequestMetadata.INITIAL_EPOCH) {
            throw new InvalidShareSessionEpochException("An acknowledgement cannot open a share session.");
        }
        ShareSession session = find(key);
        if (epoch != ShareRequestMetadata.FINAL_EPOCH) {
            requireEpoch(session, epoch);
            next(session);
        }
    }

    private ShareSession find(ShareSessionKey key) {
        ShareSession session = cache.get(key);
        if (session == null) {
            throw new ShareSessionNotFoundException("No share session of member " + key.memberId());
        }
        return session;
    }

    private static void requireEpoch(ShareSession session, int epoch) {
        if (session.epoch() != epoch) {
            throw new InvalidShareSessionEpochException(
                    "Share session epoch " + epoch + " where " + session.epoch() + " is next");
        }
    }

    private void next(ShareSession session) {
        cache.updateNumPartitions(session);
        session.epoch = ShareRequestMetadata.nextEpoch(session.epoch);
    }

    /** Ends a session; {@code release} is called for each of its partitions. */
    void end(ShareSessionKey key, BiConsumer<ShareSessionKey, TopicIdPartition> release) {
        ShareSession session = cache.remove(key);
        if (session == null) {
            return;
        }
        List<TopicIdPartition> partitions = new ArrayList<>(session.size());
        session.partitionMap()
                .forEach(partition -> partitions.add(
                        new TopicIdPartition(partition.topicId(), partition.partition(), partition.topic())));
        partitions.forEach(partition -> release.accept(key, partition));
    }

    /** A connection has ended, and with it the session that was opened on it. */
    void connectionClosed(String connectionId) {
        cache.connectionDisconnectListener().onDisconnect(connectionId);
    }

    /** Sessions open. */
    int size() {
        return cache.size();
    }
}
