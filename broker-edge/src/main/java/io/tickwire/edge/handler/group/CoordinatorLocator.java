package io.tickwire.edge.handler.group;

import io.tickwire.edge.metadata.ClusterMetadata;
import io.tickwire.edge.metadata.TopicCreator;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.metadata.KRaftMetadataCache;

/** Says which node coordinates a partition of an internal topic; asks for the topic when it does not exist yet. */
public final class CoordinatorLocator {
    private final KRaftMetadataCache cache;
    private final TopicCreator topics;

    /**
     * The answer.
     *
     * @param error NONE, or COORDINATOR_NOT_AVAILABLE while the topic is coming
     * @param node the coordinator, or no node
     */
    public record Location(Errors error, Node node) {
        static Location refused(Errors error) {
            return new Location(error, Node.noNode());
        }
    }

    /** Looks up in {@code cache}; creates through {@code topics}. */
    public CoordinatorLocator(KRaftMetadataCache cache, TopicCreator topics) {
        this.cache = cache;
        this.topics = topics;
    }

    Location locate(String internalTopic, int partition, ListenerName listener) {
        List<MetadataResponseTopic> found = cache.getTopicMetadata(Set.of(internalTopic), listener, false, false);
        if (found.isEmpty()) {
            topics.create(internalTopic, ClusterMetadata.context());
            return Location.refused(Errors.COORDINATOR_NOT_AVAILABLE);
        }
        if (found.getFirst().errorCode() != Errors.NONE.code()) {
            return Location.refused(Errors.COORDINATOR_NOT_AVAILABLE);
        }
        return found.getFirst().partitions().stream()
                .filter(candidate -> candidate.partitionIndex() == partition)
                .flatMap(leader -> cache.getAliveBrokerNode(leader.leaderId(), listener).stream())
                .findFirst()
                .map(node -> new Location(Errors.NONE, node))
                .orElseGet(() -> Location.refused(Errors.COORDINATOR_NOT_AVAILABLE));
    }
}
