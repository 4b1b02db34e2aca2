package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.PartitionLog;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;

/** DescribeLogDirs: the one data directory and what each log takes of it. */
public final class DescribeLogDirsHandler implements ControlHandler {
    private final ClusterServices services;
    private final LogCatalog catalog;

    /** Answers from {@code services} and the logs of {@code catalog}. */
    public DescribeLogDirsHandler(ClusterServices services, LogCatalog catalog) {
        this.services = services;
        this.catalog = catalog;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DESCRIBE_LOG_DIRS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        DescribeLogDirsRequestData request = (DescribeLogDirsRequestData) message;
        DescribeLogDirsResponseData response = new DescribeLogDirsResponseData();
        if (!services.access().allowsCluster(context, AclOperation.DESCRIBE)) {
            return CompletableFuture.completedStage(response.setErrorCode(Errors.CLUSTER_AUTHORIZATION_FAILED.code()));
        }
        Set<TopicPartition> wanted = null;
        if (request.topics() != null) {
            wanted = new HashSet<>();
            for (DescribeLogDirsRequestData.DescribableLogDirTopic topic : request.topics()) {
                for (int partition : topic.partitions()) {
                    wanted.add(new TopicPartition(topic.topic(), partition));
                }
            }
        }
        response.results().add(describe(wanted));
        return CompletableFuture.completedStage(response);
    }

    private DescribeLogDirsResult describe(Set<TopicPartition> wanted) {
        Path directory = Path.of(services.configs().settings().logDirs().getFirst());
        DescribeLogDirsResult result =
                new DescribeLogDirsResult().setLogDir(directory.toAbsolutePath().toString());
        try {
            FileStore store = Files.getFileStore(directory);
            result.setTotalBytes(known(store.getTotalSpace())).setUsableBytes(known(store.getUsableSpace()));
        } catch (IOException e) {
            return result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
        }
        Map<String, DescribeLogDirsTopic> topics = new TreeMap<>();
        for (PartitionLog log : catalog.logs()) {
            String topic = log.key().topic();
            int partition = log.key().partition();
            boolean hidden = topic.equals(Topic.CLUSTER_METADATA_TOPIC_NAME)
                    || (wanted != null && !wanted.contains(new TopicPartition(topic, partition)));
            if (!hidden) {
                topics.computeIfAbsent(topic, name -> new DescribeLogDirsTopic().setName(name))
                        .partitions()
                        .add(new DescribeLogDirsPartition()
                                .setPartitionIndex(partition)
                                .setPartitionSize(log.sizeInBytes()));
            }
        }
        return result.setTopics(new ArrayList<>(topics.values()));
    }

    /** A file system of more than eight exbibytes says so by a negative number. */
    private static long known(long bytes) {
        return bytes < 0 ? Long.MAX_VALUE : bytes;
    }
}
