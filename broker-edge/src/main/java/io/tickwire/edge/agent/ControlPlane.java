package io.tickwire.edge.agent;

import io.tickwire.edge.handler.ConnectionObserver;
import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.handler.FeatureSnapshot;
import io.tickwire.edge.handler.share.ShareServices;
import io.tickwire.edge.quota.ClientQuotas;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;

/** Everything of the broker that is Kafka's own: metadata, groups, transactions, security. */
public interface ControlPlane extends AutoCloseable {
    /** Blocks until the node can serve: metadata replayed, partitions announced. Called once the listener is bound. */
    void start();

    /** Its handlers, one per API key. */
    List<ControlHandler> handlers();

    /** Those who want to know of ended connections. */
    List<ConnectionObserver> observers();

    /** Cluster features of this moment; any thread. */
    FeatureSnapshot features();

    /** Creates a topic unless it exists; done, with its id, when the shard serves it. Any thread. */
    CompletionStage<Uuid> ensureTopic(String topic, int partitions, Map<String, String> configs);

    /** What clients' requests are counted against. */
    ClientQuotas quotas();

    /** Admits transactional batches. */
    TransactionGate transactions();

    /** What the shard's share groups use of it. */
    ShareServices shares();

    /** Stops it; the shards have stopped before. */
    @Override
    void close();
}
