package io.tickwire.edge.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class PartitionTableTest {
    private final PartitionTable table = new PartitionTable();

    @Test
    void manyTopicsEachIsFoundByNameAndById() {
        for (int i = 0; i < 500; i++) {
            table.add(partition("topic-" + i, i, 3));
        }
        for (int i = 0; i < 500; i++) {
            PartitionTable.Topic topic = byName("topic-" + i);
            assertNotNull(topic, "topic-" + i);
            assertEquals("topic-" + i, topic.name());
            assertSame(topic, table.byId(1, i));
            assertNotNull(topic.partition(3));
            assertNull(topic.partition(2));
            assertNull(topic.partition(-1));
            assertNull(topic.partition(1000));
        }
        assertNull(byName("topic-500"));
        assertNull(byName(""));
        assertNull(table.byId(1, 500));
    }

    @Test
    void lastPartitionRemovedTheTopicIsGone() {
        table.add(partition("a", 1, 0));
        table.add(partition("a", 1, 1));
        table.add(partition("b", 2, 0));
        long version = table.version();
        assertNotNull(table.remove(new Uuid(1, 1), 0));
        assertNotNull(byName("a"));
        assertNotNull(table.remove(new Uuid(1, 1), 1));
        assertNull(byName("a"));
        assertNotNull(byName("b"));
        assertNull(table.remove(new Uuid(1, 1), 1));
        assertEquals(version + 2, table.version());
    }

    private PartitionTable.Topic byName(String name) {
        byte[] frame = ("xx" + name + "yy").getBytes(StandardCharsets.UTF_8);
        return table.byName(new UnsafeBuffer(frame), 2, frame.length - 4);
    }

    private static ShardPartition partition(String topic, long id, int number) {
        PartitionSpec spec = new PartitionSpec(topic, new Uuid(1, id), number, 0, null, PartitionSpec.Owner.SHARD);
        return new PartitionShare(spec, 0, 1).view(0);
    }
}
