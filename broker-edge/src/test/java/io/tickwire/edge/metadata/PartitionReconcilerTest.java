package io.tickwire.edge.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.agent.PartitionDirectory;
import io.tickwire.edge.agent.PartitionSpec;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.metadata.ConfigRecord;
import org.apache.kafka.common.metadata.PartitionChangeRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real logs that follow images; the control thread is stepped by hand, the shards answer when told to. */
class PartitionReconcilerTest {
    private static final int NODE = 1;
    private static final Uuid PRICES = new Uuid(1, 2);
    private static final Uuid COORDINATED = new Uuid(3, 4);
    private static final String INTERNAL = "__internal";

    @TempDir
    private Path directory;

    private final ArrayDeque<Runnable> control = new ArrayDeque<>();
    private final List<String> events = new ArrayList<>();
    private final List<CompletableFuture<Void>> unanswered = new ArrayList<>();
    private boolean shardsAnswer = true;
    private MetadataImage image = MetadataImage.EMPTY;
    private LogCatalog catalog;
    private PartitionReconciler reconciler;

    @BeforeEach
    void start() throws IOException {
        catalog = LogCatalog.open(directory.resolve("data"), CatalogOptions.defaults());
        BrokerSettings settings = BrokerSettings.of(NODE, directory.toString(), "127.0.0.1", 9092, Map.of());
        reconciler = new PartitionReconciler(
                control::add, catalog, new Shards(), new EffectiveConfigs(settings), List.of(new Coordinator()));
    }

    @AfterEach
    void stop() throws IOException {
        catalog.close();
    }

    private final class Shards implements PartitionDirectory {
        @Override
        public CompletionStage<Void> add(PartitionSpec spec) {
            events.add("add " + spec.topic() + '-' + spec.partition() + " epoch " + spec.leaderEpoch() + ' '
                    + spec.owner());
            assertFalse(spec.log().isClosed(), "a log that is announced is open");
            return answer();
        }

        @Override
        public CompletionStage<Void> remove(Uuid topicId, int partition) {
            events.add("remove " + partition);
            return answer();
        }

        @Override
        public CompletionStage<Void> leaderEpoch(Uuid topicId, int partition, int leaderEpoch) {
            events.add("epoch " + partition + " is " + leaderEpoch);
            return answer();
        }

        @Override
        public <T> CompletionStage<T> onOwner(Uuid topicId, int partition, Function<PartitionLog, T> function) {
            throw new UnsupportedOperationException();
        }

        private CompletionStage<Void> answer() {
            CompletableFuture<Void> answer = new CompletableFuture<>();
            if (shardsAnswer) {
                answer.complete(null);
            } else {
                unanswered.add(answer);
            }
            return answer;
        }
    }

    private final class Coordinator implements InternalTopicListener {
        @Override
        public String topic() {
            return INTERNAL;
        }

        @Override
        public void onElection(int partition, int leaderEpoch, PartitionLog log) {
            assertNotNull(log, "log of the partition");
            events.add("elected " + partition + " epoch " + leaderEpoch);
        }

        @Override
        public void onDeletion(int partition) {
            events.add("deletion " + partition);
        }
    }

    private CompletableFuture<Void> begin(ApiMessage... records) {
        MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
        for (ApiMessage record : records) {
            delta.replay(record);
        }
        image = delta.apply(MetadataProvenance.EMPTY);
        CompletableFuture<Void> followed = reconciler.onImage(delta, image).toCompletableFuture();
        step();
        return followed;
    }

    private void follow(ApiMessage... records) {
        assertTrue(begin(records).isDone(), "the change is followed");
    }

    private void step() {
        for (Runnable next = control.poll(); next != null; next = control.poll()) {
            next.run();
        }
    }

    private static ApiMessage topic(String name, Uuid id) {
        return new TopicRecord().setName(name).setTopicId(id);
    }

    private static ApiMessage partition(Uuid id, int partition, int epoch) {
        return new PartitionRecord()
                .setTopicId(id)
                .setPartitionId(partition)
                .setReplicas(List.of(NODE))
                .setIsr(List.of(NODE))
                .setDirectories(List.of(new Uuid(7, 7)))
                .setLeader(NODE)
                .setLeaderEpoch(epoch)
                .setPartitionEpoch(epoch);
    }

    private static ApiMessage config(ConfigResource.Type type, String name, String key, String value) {
        return new ConfigRecord()
                .setResourceType(type.id())
                .setResourceName(name)
                .setName(key)
                .setValue(value);
    }

    private PartitionLog log(Uuid id, int partition) {
        return catalog.get(id.getMostSignificantBits(), id.getLeastSignificantBits(), partition);
    }

    @Test
    void newPartitionsGetALogAndAreAnnounced() {
        follow(topic("prices", PRICES), partition(PRICES, 0, 0), partition(PRICES, 1, 3));
        assertEquals(List.of("add prices-0 epoch 0 SHARD", "add prices-1 epoch 3 SHARD"), events);
        assertEquals("prices", log(PRICES, 1).key().topic());
    }

    @Test
    void aNewEpochIsToldOnceAndTheLogStays() {
        follow(topic("prices", PRICES), partition(PRICES, 0, 0));
        PartitionLog log = log(PRICES, 0);
        events.clear();
        PartitionChangeRecord elected =
                new PartitionChangeRecord().setTopicId(PRICES).setPartitionId(0).setLeader(NODE);
        follow(elected);
        assertEquals(List.of("epoch 0 is 1"), events);
        PartitionChangeRecord unchanged =
                new PartitionChangeRecord().setTopicId(PRICES).setPartitionId(0).setIsr(List.of(NODE));
        follow(unchanged);
        assertEquals(List.of("epoch 0 is 1"), events, "an epoch that is known");
        assertEquals(log, log(PRICES, 0));
    }

    @Test
    void coordinatorsAreElectedWhenEveryPartitionIsThere() {
        shardsAnswer = false;
        CompletableFuture<Void> followed = begin(
                topic(INTERNAL, COORDINATED),
                partition(COORDINATED, 0, 5),
                topic("prices", PRICES),
                partition(PRICES, 0, 0));
        assertEquals(2, unanswered.size());
        assertTrue(events.contains("add " + INTERNAL + "-0 epoch 5 CONTROL"), events.toString());
        unanswered.getFirst().complete(null);
        step();
        assertFalse(events.contains("elected 0 epoch 5"), "a partition is not there yet");
        assertFalse(followed.isDone());
        unanswered.getLast().complete(null);
        step();
        assertEquals("elected 0 epoch 5", events.getLast());
        assertTrue(followed.isDone());
    }

    @Test
    void aLogIsDeletedWhenItsShardHasLetGoOfIt() {
        follow(topic(INTERNAL, COORDINATED), partition(COORDINATED, 0, 0));
        events.clear();
        shardsAnswer = false;
        CompletableFuture<Void> followed = begin(new RemoveTopicRecord().setTopicId(COORDINATED));
        assertEquals(List.of("deletion 0", "remove 0"), events);
        assertNotNull(log(COORDINATED, 0), "the shard may be reading it");
        assertFalse(followed.isDone());
        unanswered.getFirst().complete(null);
        step();
        assertNull(log(COORDINATED, 0));
        assertTrue(followed.isDone());
    }

    @Test
    void logsWithoutATopicGoWithTheFirstImageOnly() throws IOException {
        catalog.create(new TopicKey("gone", 9, 9, 0), LogSettings.defaults());
        catalog.create(new TopicKey("prices", 1, 2, 1), LogSettings.defaults());
        PartitionLog kept = catalog.create(new TopicKey("prices", 1, 2, 0), LogSettings.defaults());
        PartitionLog metadata = catalog.create(new TopicKey("__cluster_metadata", 0, 1, 0), LogSettings.defaults());
        follow(topic("prices", PRICES), partition(PRICES, 0, 0));
        assertNull(log(new Uuid(9, 9), 0), "its topic is gone");
        assertNull(log(PRICES, 1), "its partition was never committed");
        assertEquals(kept, log(PRICES, 0));
        assertEquals(metadata, log(new Uuid(0, 1), 0));
        catalog.create(new TopicKey("later", 9, 9, 0), LogSettings.defaults());
        follow(topic("more", COORDINATED));
        assertNotNull(log(new Uuid(9, 9), 0), "not the first image");
    }

    @Test
    void settingsReachTheLogsThatTheyAreOf() {
        follow(
                topic("prices", PRICES),
                partition(PRICES, 0, 0),
                topic("others", COORDINATED),
                partition(COORDINATED, 0, 0));
        LogSettings before = log(COORDINATED, 0).settings();
        follow(config(ConfigResource.Type.TOPIC, "prices", "retention.ms", "1234"));
        assertEquals(1234, log(PRICES, 0).settings().retentionMs());
        assertEquals(before, log(COORDINATED, 0).settings());
        follow(config(ConfigResource.Type.BROKER, "", "log.retention.ms", "5678"));
        assertEquals(1234, log(PRICES, 0).settings().retentionMs(), "the topic's own counts");
        assertEquals(5678, log(COORDINATED, 0).settings().retentionMs());
    }

    @Test
    void aLogThatIsThereGetsTheTopicsSettings() throws IOException {
        catalog.create(new TopicKey("prices", 1, 2, 0), LogSettings.defaults());
        follow(
                topic("prices", PRICES),
                partition(PRICES, 0, 0),
                config(ConfigResource.Type.TOPIC, "prices", "retention.ms", "1234"));
        assertEquals(1234, log(PRICES, 0).settings().retentionMs());
    }
}
