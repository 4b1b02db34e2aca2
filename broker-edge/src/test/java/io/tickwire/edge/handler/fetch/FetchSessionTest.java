package io.tickwire.edge.handler.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.agent.PartitionTable;
import io.tickwire.kafka.hot.FetchRequestDecoder;
import io.tickwire.kafka.hot.TopicKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.MessageUtil;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A session names exactly the partitions that requests have named and not forgotten. {@code -Dtickwire.seed=N} replays. */
class FetchSessionTest {
    private static final int TOPICS = 20;
    private static final int PARTITIONS = 50;
    private static final int REQUESTS = 400;

    private final long seed = Long.getLong("tickwire.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final FetchRequestDecoder decoder = new FetchRequestDecoder();
    private final PartitionTable partitions = new PartitionTable();

    private record Named(int topic, int partition) {}

    private static String name(int topic) {
        return "topic-" + topic;
    }

    private static Uuid id(int topic) {
        return new Uuid(7, topic + 1);
    }

    private Set<Named> some(int most) {
        Set<Named> named = new HashSet<>();
        for (int left = random.nextInt(most); left > 0; left--) {
            named.add(new Named(random.nextInt(TOPICS), random.nextInt(PARTITIONS)));
        }
        return named;
    }

    private void apply(FetchSession session, short version, Set<Named> added, Set<Named> forgotten, long offset) {
        FetchRequestData request = new FetchRequestData();
        for (Named one : added) {
            request.topics()
                    .add(new FetchRequestData.FetchTopic()
                            .setTopic(name(one.topic()))
                            .setTopicId(id(one.topic()))
                            .setPartitions(List.of(new FetchRequestData.FetchPartition()
                                    .setPartition(one.partition())
                                    .setFetchOffset(offset))));
        }
        for (Named one : forgotten) {
            request.forgottenTopicsData()
                    .add(new FetchRequestData.ForgottenTopic()
                            .setTopic(name(one.topic()))
                            .setTopicId(id(one.topic()))
                            .setPartitions(List.of(one.partition())));
        }
        ByteBuffer bytes = MessageUtil.toByteBufferAccessor(request, version).buffer();
        assertTrue(decoder.wrap(new UnsafeBuffer(bytes), 0, bytes.remaining(), version));
        session.apply(decoder, partitions);
    }

    private static Set<Named> named(FetchSession session, boolean byId) {
        Set<Named> named = new HashSet<>();
        for (FetchSlot slot : session.slots()) {
            TopicKey key = new TopicKey();
            slot.key(key);
            int topic = byId
                    ? (int) key.idLow() - 1
                    : Integer.parseInt(key.buffer()
                            .getStringWithoutLengthUtf8(key.nameOffset(), key.nameLength())
                            .substring("topic-".length()));
            assertTrue(named.add(new Named(topic, slot.number())), "a partition has two slots");
        }
        return named;
    }

    @ParameterizedTest
    @ValueSource(shorts = {12, 13})
    void partitionsNamedAndForgottenAreThoseOfTheModel(short version) {
        boolean byId = version >= 13;
        FetchSession session = new FetchSession(1, byId);
        Set<Named> model = new HashSet<>();
        for (int i = 0; i < REQUESTS; i++) {
            Set<Named> added = some(100);
            Set<Named> forgotten = some(120);
            // Most of what a request forgets is there.
            new ArrayList<>(model).stream().limit(random.nextInt(40)).forEach(forgotten::add);
            apply(session, version, added, forgotten, i);
            model.addAll(added);
            model.removeAll(forgotten);
            assertEquals(model, named(session, byId), "seed " + seed + ", request " + i);
        }
    }
}
