package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.storage.catalog.LogCatalog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirPartitionResult;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;

/** AlterReplicaLogDirs: there is one directory, so a log is where it may be, or the directory is unknown. */
public final class AlterReplicaLogDirsHandler implements ControlHandler {
    private final ClusterServices services;
    private final LogCatalog catalog;

    /** Answers from {@code services} and the logs of {@code catalog}. */
    public AlterReplicaLogDirsHandler(ClusterServices services, LogCatalog catalog) {
        this.services = services;
        this.catalog = catalog;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.ALTER_REPLICA_LOG_DIRS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        AlterReplicaLogDirsRequestData request = (AlterReplicaLogDirsRequestData) message;
        services.access().requireCluster(context, AclOperation.ALTER);
        Path own = Path.of(services.configs().settings().logDirs().getFirst()).toAbsolutePath();
        Map<String, AlterReplicaLogDirTopicResult> topics = new TreeMap<>();
        for (AlterReplicaLogDirsRequestData.AlterReplicaLogDir directory : request.dirs()) {
            boolean known = own.equals(Path.of(directory.path()));
            for (AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic topic : directory.topics()) {
                for (int partition : topic.partitions()) {
                    Errors error = known ? Errors.NONE : Errors.LOG_DIR_NOT_FOUND;
                    if (known && catalog.get(topic.name(), partition) == null) {
                        error = Errors.UNKNOWN_TOPIC_OR_PARTITION;
                    }
                    topics.computeIfAbsent(topic.name(), name -> new AlterReplicaLogDirTopicResult().setTopicName(name))
                            .partitions()
                            .add(new AlterReplicaLogDirPartitionResult()
                                    .setPartitionIndex(partition)
                                    .setErrorCode(error.code()));
                }
            }
        }
        return CompletableFuture.completedStage(
                new AlterReplicaLogDirsResponseData().setResults(new ArrayList<>(topics.values())));
    }
}
