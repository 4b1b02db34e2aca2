package io.tickwire.edge.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.metadata.journal.MemoryJournal;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.server.common.MetadataVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterMetadataTest {
    static {
        io.tickwire.edge.control.KafkaLogging.quiet();
    }

    @TempDir
    Path dataDir;

    private final MemoryJournal journal = new MemoryJournal();

    private static final class Images implements MetadataPublisher {
        private MetadataImage image = MetadataImage.EMPTY;
        private Predicate<MetadataImage> wanted = image -> false;
        private CountDownLatch seen = new CountDownLatch(1);

        @Override
        public String name() {
            return "test";
        }

        @Override
        public synchronized void onMetadataUpdate(
                MetadataDelta delta, MetadataImage newImage, LoaderManifest manifest) {
            image = newImage;
            if (wanted.test(newImage)) {
                seen.countDown();
            }
        }

        @Override
        public void close() {}

        MetadataImage await(Predicate<MetadataImage> condition) throws InterruptedException {
            synchronized (this) {
                if (condition.test(image)) {
                    return image;
                }
                wanted = condition;
                seen = new CountDownLatch(1);
            }
            assertTrue(seen.await(20, TimeUnit.SECONDS), "image did not come");
            synchronized (this) {
                return image;
            }
        }
    }

    private ClusterMetadata open(Images images) {
        ClusterMetadata metadata = ClusterMetadata.open(
                NodeIdentity.load(dataDir, 1),
                BrokerSettings.of(1, dataDir.toString(), "127.0.0.1", 9092, Map.of()),
                journal,
                List.of(images),
                Time.SYSTEM);
        metadata.registerBroker(InetSocketAddress.createUnresolved("127.0.0.1", 9092), null);
        return metadata;
    }

    private static CreateTopicsRequestData create(String name, int partitions) {
        CreateTopicsRequestData data = new CreateTopicsRequestData();
        data.topics()
                .add(new CreateTopicsRequestData.CreatableTopic()
                        .setName(name)
                        .setNumPartitions(partitions)
                        .setReplicationFactor((short) -1));
        return data;
    }

    @Test
    void emptyJournalOpenedHasFeaturesOfTheRelease() throws Exception {
        Images images = new Images();
        try (ClusterMetadata metadata = open(images)) {
            MetadataImage image = images.await(
                    i -> i.cluster().broker(1) != null && !i.cluster().broker(1).fenced());
            assertEquals(MetadataVersion.IBP_4_3_IV0, image.features().metadataVersionOrThrow());
            assertEquals(
                    Map.of(
                            "group.version", (short) 1,
                            "transaction.version", (short) 2,
                            "share.version", (short) 1,
                            "streams.version", (short) 1,
                            "eligible.leader.replicas.version", (short) 1),
                    image.features().finalizedVersions());
            assertNotNull(metadata.controller());
        }
    }

    @Test
    void topicCreatedThenReopenedKeepsIdAndGetsNewLeaderEpoch() throws Exception {
        TopicImage before;
        Images first = new Images();
        try (ClusterMetadata metadata = open(first)) {
            var response = metadata.controller()
                    .createTopics(ClusterMetadata.context(), create("orders", 3), Set.of("orders"), false)
                    .get(10, TimeUnit.SECONDS);
            assertEquals(Errors.NONE.code(), response.topics().find("orders").errorCode());
            before = first.await(i -> i.topics().getTopic("orders") != null)
                    .topics()
                    .getTopic("orders");
            assertEquals(3, before.partitions().size());
            assertEquals(1, before.partitions().get(0).leader);
        }
        Images second = new Images();
        try (ClusterMetadata metadata = open(second)) {
            TopicImage after = second.await(i -> i.topics().getTopic("orders") != null
                            && i.topics().getTopic("orders").partitions().get(2).leader == 1
                            && i.topics().getTopic("orders").partitions().get(2).leaderEpoch
                                    > before.partitions().get(2).leaderEpoch)
                    .topics()
                    .getTopic("orders");
            assertEquals(before.id(), after.id());
            assertFalse(metadata.identity().clusterId().isEmpty());
        }
    }

    @Test
    void topicExistsCreatedAgainAnswersKafkasError() throws Exception {
        try (ClusterMetadata metadata = open(new Images())) {
            for (Errors expected : List.of(Errors.NONE, Errors.TOPIC_ALREADY_EXISTS)) {
                var response = metadata.controller()
                        .createTopics(ClusterMetadata.context(), create("twice", 1), Set.of("twice"), false)
                        .get(10, TimeUnit.SECONDS);
                assertEquals(expected.code(), response.topics().find("twice").errorCode());
            }
        }
    }
}
