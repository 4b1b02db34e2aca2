package io.tickwire.edge.control;

import io.tickwire.edge.group.GroupService;
import io.tickwire.edge.group.ShareStateService;
import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.handler.cluster.AddRaftVoterHandler;
import io.tickwire.edge.handler.cluster.AlterClientQuotasHandler;
import io.tickwire.edge.handler.cluster.AlterConfigsHandler;
import io.tickwire.edge.handler.cluster.AlterPartitionReassignmentsHandler;
import io.tickwire.edge.handler.cluster.AlterReplicaLogDirsHandler;
import io.tickwire.edge.handler.cluster.AlwaysRefused;
import io.tickwire.edge.handler.cluster.BrokerLoggers;
import io.tickwire.edge.handler.cluster.ClusterServices;
import io.tickwire.edge.handler.cluster.CreatePartitionsHandler;
import io.tickwire.edge.handler.cluster.CreateTopicsHandler;
import io.tickwire.edge.handler.cluster.DeleteTopicsHandler;
import io.tickwire.edge.handler.cluster.DescribeClientQuotasHandler;
import io.tickwire.edge.handler.cluster.DescribeClusterHandler;
import io.tickwire.edge.handler.cluster.DescribeConfigsHandler;
import io.tickwire.edge.handler.cluster.DescribeLogDirsHandler;
import io.tickwire.edge.handler.cluster.DescribeQuorumHandler;
import io.tickwire.edge.handler.cluster.DescribeTopicPartitionsHandler;
import io.tickwire.edge.handler.cluster.ElectLeadersHandler;
import io.tickwire.edge.handler.cluster.GetTelemetrySubscriptionsHandler;
import io.tickwire.edge.handler.cluster.IncrementalAlterConfigsHandler;
import io.tickwire.edge.handler.cluster.ListConfigResourcesHandler;
import io.tickwire.edge.handler.cluster.ListPartitionReassignmentsHandler;
import io.tickwire.edge.handler.cluster.MetadataHandler;
import io.tickwire.edge.handler.cluster.PushTelemetryHandler;
import io.tickwire.edge.handler.cluster.RemoveRaftVoterHandler;
import io.tickwire.edge.handler.cluster.UnregisterBrokerHandler;
import io.tickwire.edge.handler.cluster.UpdateFeaturesHandler;
import io.tickwire.edge.handler.group.AlterShareGroupOffsetsHandler;
import io.tickwire.edge.handler.group.ConsumerGroupDescribeHandler;
import io.tickwire.edge.handler.group.ConsumerGroupHeartbeatHandler;
import io.tickwire.edge.handler.group.CoordinatorLocator;
import io.tickwire.edge.handler.group.DeleteGroupsHandler;
import io.tickwire.edge.handler.group.DeleteShareGroupOffsetsHandler;
import io.tickwire.edge.handler.group.DescribeGroupsHandler;
import io.tickwire.edge.handler.group.DescribeShareGroupOffsetsHandler;
import io.tickwire.edge.handler.group.FindCoordinatorHandler;
import io.tickwire.edge.handler.group.GroupServices;
import io.tickwire.edge.handler.group.HeartbeatHandler;
import io.tickwire.edge.handler.group.JoinGroupHandler;
import io.tickwire.edge.handler.group.LeaveGroupHandler;
import io.tickwire.edge.handler.group.ListGroupsHandler;
import io.tickwire.edge.handler.group.OffsetCommitHandler;
import io.tickwire.edge.handler.group.OffsetDeleteHandler;
import io.tickwire.edge.handler.group.OffsetFetchHandler;
import io.tickwire.edge.handler.group.ShareGroupDescribeHandler;
import io.tickwire.edge.handler.group.ShareGroupHeartbeatHandler;
import io.tickwire.edge.handler.group.StreamsGroupDescribeHandler;
import io.tickwire.edge.handler.group.StreamsGroupHeartbeatHandler;
import io.tickwire.edge.handler.group.SyncGroupHandler;
import io.tickwire.edge.handler.security.AlterUserScramCredentialsHandler;
import io.tickwire.edge.handler.security.CreateAclsHandler;
import io.tickwire.edge.handler.security.DeleteAclsHandler;
import io.tickwire.edge.handler.security.DescribeAclsHandler;
import io.tickwire.edge.handler.security.DescribeUserScramCredentialsHandler;
import io.tickwire.edge.handler.share.DeleteShareGroupStateHandler;
import io.tickwire.edge.handler.share.InitializeShareGroupStateHandler;
import io.tickwire.edge.handler.share.ReadShareGroupStateHandler;
import io.tickwire.edge.handler.share.ReadShareGroupStateSummaryHandler;
import io.tickwire.edge.handler.share.WriteShareGroupStateHandler;
import io.tickwire.edge.handler.transaction.AddOffsetsToTxnHandler;
import io.tickwire.edge.handler.transaction.AddPartitionsToTxnHandler;
import io.tickwire.edge.handler.transaction.DescribeProducersHandler;
import io.tickwire.edge.handler.transaction.DescribeTransactionsHandler;
import io.tickwire.edge.handler.transaction.EndTxnHandler;
import io.tickwire.edge.handler.transaction.InitProducerIdHandler;
import io.tickwire.edge.handler.transaction.ListTransactionsHandler;
import io.tickwire.edge.handler.transaction.TransactionServices;
import io.tickwire.edge.handler.transaction.TxnOffsetCommitHandler;
import io.tickwire.edge.handler.transaction.WriteTxnMarkersHandler;
import io.tickwire.edge.metadata.ClusterMetadata;
import io.tickwire.edge.metadata.EffectiveConfigs;
import io.tickwire.edge.metadata.ImageFeed;
import io.tickwire.edge.metadata.TopicCreator;
import io.tickwire.edge.quota.ClientQuotas;
import io.tickwire.edge.security.AccessControl;
import io.tickwire.storage.catalog.LogCatalog;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.coordinator.share.ShareCoordinator;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.ClientMetricsManager;

/** Every handler of the control plane. */
record HandlerList(
        ClusterMetadata metadata,
        KRaftMetadataCache cache,
        ImageFeed images,
        TopicCreator topics,
        EffectiveConfigs configs,
        AccessControl access,
        ClientQuotas quotas,
        ClientMetricsManager telemetry,
        GroupService groupService,
        ShareStateService shareState,
        TransactionServices transactionServices,
        LogCatalog catalog) {

    List<ControlHandler> build() {
        List<ControlHandler> all = new ArrayList<>(cluster());
        all.addAll(groups());
        all.addAll(shares());
        all.addAll(transactions());
        return List.copyOf(all);
    }

    private List<ControlHandler> cluster() {
        ClusterServices cluster = new ClusterServices(metadata, cache, images, topics, configs, access, quotas);
        BrokerLoggers loggers = new BrokerLoggers();
        List<ControlHandler> handlers = new ArrayList<>(AlwaysRefused.all());
        handlers.addAll(List.of(
                new MetadataHandler(cluster),
                new DescribeClusterHandler(cluster),
                new DescribeTopicPartitionsHandler(cluster),
                new CreateTopicsHandler(cluster),
                new DeleteTopicsHandler(cluster),
                new CreatePartitionsHandler(cluster),
                new DescribeConfigsHandler(cluster, loggers),
                new IncrementalAlterConfigsHandler(cluster, loggers),
                new AlterConfigsHandler(cluster),
                new ListConfigResourcesHandler(cluster),
                new ElectLeadersHandler(cluster),
                new AlterPartitionReassignmentsHandler(cluster),
                new ListPartitionReassignmentsHandler(cluster),
                new UpdateFeaturesHandler(cluster),
                new UnregisterBrokerHandler(cluster),
                new DescribeClientQuotasHandler(cluster),
                new AlterClientQuotasHandler(cluster),
                new DescribeUserScramCredentialsHandler(cluster),
                new AlterUserScramCredentialsHandler(cluster),
                new DescribeAclsHandler(cluster),
                new CreateAclsHandler(cluster),
                new DeleteAclsHandler(cluster),
                new DescribeLogDirsHandler(cluster, catalog),
                new AlterReplicaLogDirsHandler(cluster, catalog),
                new DescribeQuorumHandler(cluster, catalog),
                new AddRaftVoterHandler(cluster),
                new RemoveRaftVoterHandler(cluster),
                new GetTelemetrySubscriptionsHandler(telemetry),
                new PushTelemetryHandler(telemetry)));
        return handlers;
    }

    private List<ControlHandler> groups() {
        GroupServices group = new GroupServices(groupService.coordinator(), cache, access);
        CoordinatorLocator locator = new CoordinatorLocator(cache, topics);
        return List.of(
                new FindCoordinatorHandler(
                        group,
                        locator,
                        transactionServices.coordinator()::partitionFor,
                        shareState.coordinator()::partitionFor),
                new JoinGroupHandler(group),
                new SyncGroupHandler(group),
                new HeartbeatHandler(group),
                new LeaveGroupHandler(group),
                new OffsetCommitHandler(group),
                new OffsetFetchHandler(group),
                new OffsetDeleteHandler(group),
                new ListGroupsHandler(group),
                new DescribeGroupsHandler(group),
                new DeleteGroupsHandler(group),
                new ConsumerGroupHeartbeatHandler(group),
                new ConsumerGroupDescribeHandler(group),
                new ShareGroupHeartbeatHandler(group),
                new ShareGroupDescribeHandler(group),
                new DescribeShareGroupOffsetsHandler(group),
                new AlterShareGroupOffsetsHandler(group),
                new DeleteShareGroupOffsetsHandler(group),
                new StreamsGroupDescribeHandler(group),
                new StreamsGroupHeartbeatHandler(group, topics));
    }

    private List<ControlHandler> shares() {
        ShareCoordinator coordinator = shareState.coordinator();
        return List.of(
                new InitializeShareGroupStateHandler(coordinator, access),
                new ReadShareGroupStateHandler(coordinator, access),
                new ReadShareGroupStateSummaryHandler(coordinator, access),
                new WriteShareGroupStateHandler(coordinator, access),
                new DeleteShareGroupStateHandler(coordinator, access));
    }

    private List<ControlHandler> transactions() {
        return List.of(
                new InitProducerIdHandler(transactionServices),
                new AddPartitionsToTxnHandler(transactionServices),
                new AddOffsetsToTxnHandler(transactionServices),
                new TxnOffsetCommitHandler(transactionServices),
                new EndTxnHandler(transactionServices),
                new WriteTxnMarkersHandler(transactionServices),
                new DescribeTransactionsHandler(transactionServices),
                new ListTransactionsHandler(transactionServices),
                new DescribeProducersHandler(transactionServices, catalog));
    }
}
