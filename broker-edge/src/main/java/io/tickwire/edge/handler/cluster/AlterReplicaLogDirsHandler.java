package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.storage.catalog.LogCatalog;
import java.nio.file.Path;
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
    /** KAFKA-4893: names of directories end at 255, and that of a moving partition is 40 longer. */
    private static final int LONGEST_DIRECTORY = 255 - 40;

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
        Map<String, Map<Integer, Errors>> answers = new TreeMap<>();
        for (AlterReplicaLogDirsRequestData.AlterReplicaLogDir directory : request.dirs()) {
            boolean known = own.equals(Path.of(directory.path()));
            for (AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic topic : directory.topics()) {
                Map<Integer, Errors> partitions = answers.computeIfAbsent(topic.name(), name -> new TreeMap<>());
                topic.partitions()
                        .forEach(partition -> partitions.put(partition, move(topic.name(), partition, known)));
            }
        }
        AlterReplicaLogDirsResponseData response = new AlterReplicaLogDirsResponseData();
        answers.forEach((topic, partitions) -> {
            AlterReplicaLogDirTopicResult result = new AlterReplicaLogDirTopicResult().setTopicName(topic);
            partitions.forEach((partition, error) -> result.partitions()
                    .add(new AlterReplicaLogDirPartitionResult()
                            .setPartitionIndex(partition)
                            .setErrorCode(error.code())));
            response.results().add(result);
        });
        return CompletableFuture.completedStage(response);
    }

    /** There is one directory: a partition is moved to where it is. */
    private Errors move(String topic, int partition, boolean known) {
        if ((topic + "-" + partition).length() > LONGEST_DIRECTORY) {
            return Errors.INVALID_TOPIC_EXCEPTION;
        } else if (!known) {
            return Errors.LOG_DIR_NOT_FOUND;
        }
        return catalog.get(topic, partition) == null ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.NONE;
    }
}
