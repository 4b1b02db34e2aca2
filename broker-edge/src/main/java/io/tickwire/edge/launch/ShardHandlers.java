package io.tickwire.edge.launch;

import io.tickwire.edge.agent.ControlPlane;
import io.tickwire.edge.agent.Shard;
import io.tickwire.edge.agent.ShardTask;
import io.tickwire.edge.config.TickwireConfig;
import io.tickwire.edge.handler.ConnectionObserver;
import io.tickwire.edge.handler.Handler;
import io.tickwire.edge.handler.HandlerTable;
import io.tickwire.edge.handler.HotResponsePool;
import io.tickwire.edge.handler.fetch.FetchHandler;
import io.tickwire.edge.handler.offsets.DeleteRecordsHandler;
import io.tickwire.edge.handler.offsets.ListOffsetsHandler;
import io.tickwire.edge.handler.offsets.OffsetForLeaderEpochHandler;
import io.tickwire.edge.handler.produce.ProduceHandler;
import io.tickwire.edge.handler.share.ShareAcknowledgeHandler;
import io.tickwire.edge.handler.share.ShareFetchHandler;
import io.tickwire.edge.handler.share.ShareHost;
import io.tickwire.edge.handler.share.ShareMembership;
import io.tickwire.edge.handler.share.SharePartitions;
import io.tickwire.storage.catalog.LogCatalog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.agrona.concurrent.SystemEpochClock;

/** Makes each shard's handlers: its own for the data plane, and those of the control plane, which all shards share. */
final class ShardHandlers {
    /** Share groups' locks and sessions are in one place; requests on other shards' connections are passed on to it. */
    private static final int SHARE_SHARD = 0;

    private final TickwireConfig config;
    private final ControlPlane control;
    private final List<Handler> shared = new ArrayList<>();
    private final List<ConnectionObserver> observers = new ArrayList<>();
    private final SharePartitions shares;
    private final ShareMembership members;
    private final int shards;

    /** Makes the handlers of these shards, the first of which has the state of all share groups. */
    ShardHandlers(TickwireConfig config, LogCatalog catalog, ControlPlane control, List<Shard> shards) {
        this.config = config;
        this.control = control;
        this.shards = shards.size();
        shared.addAll(control.handlers());
        shared.add(new DeleteRecordsHandler(catalog));
        Shard first = shards.get(SHARE_SHARD);
        shares = new SharePartitions(
                new ShareHost(first.partitions(), first.deadlines(), first::post, first::nowNs), control.shares());
        members = new ShareMembership(shares);
        observers.addAll(control.observers());
        observers.add(members::connectionClosed);
    }

    /** The members of share groups, for their counts. */
    ShareMembership shareMembers() {
        return members;
    }

    /** Lets a shard serve. */
    CompletableFuture<Void> open(Shard shard, List<ShardTask> tasks) {
        HotResponsePool responses = new HotResponsePool();
        ProduceHandler produce = new ProduceHandler(
                shard.partitions(),
                responses,
                shard.deadlines(),
                SystemEpochClock.INSTANCE,
                control.transactions(),
                shard::post,
                shard.peers(),
                shard.limits().inflightBytes(),
                shard.stats());
        FetchHandler fetch = new FetchHandler(
                shard.partitions(),
                responses,
                shard.deadlines(),
                config.brokerInt("fetch.max.bytes"),
                Math.ceilDiv(config.brokerInt("max.incremental.fetch.session.cache.slots"), shards),
                shard.stats());
        List<Handler> all = new ArrayList<>(shared);
        all.add(produce);
        all.add(fetch);
        all.add(new ListOffsetsHandler(shard.partitions()));
        all.add(new OffsetForLeaderEpochHandler(shard.partitions()));
        List<Shard.ReadyWork> work = new ArrayList<>(List.of(produce, fetch));
        ShareFetchHandler shareFetch = new ShareFetchHandler(members, config.brokerInt("fetch.max.bytes"));
        ShareAcknowledgeHandler shareAcknowledge = new ShareAcknowledgeHandler(members);
        if (shard.index() == SHARE_SHARD) {
            all.addAll(List.of(shareFetch, shareAcknowledge));
            work.add(shares);
        } else {
            all.add(new PassedOnHandler(shareFetch, shard.peers(), SHARE_SHARD));
            all.add(new PassedOnHandler(shareAcknowledge, shard.peers(), SHARE_SHARD));
        }
        return shard.open(new HandlerTable(all, control::features, control.quotas()), work, tasks, observers);
    }
}
