package io.tickwire.edge.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class PlacementTest {
    @Test
    void partitionsOfATopicGoRoundTheShards() {
        Placement placement = new Placement(3);
        Uuid topic = Uuid.randomUuid();
        for (int partition = 0; partition < 12; partition++) {
            int owner = placement.owner(topic, partition);
            assertTrue(owner >= 0 && owner < 3, () -> topic.toString());
            assertEquals((placement.owner(topic, 0) + partition) % 3, owner, topic.toString());
        }
    }

    @Test
    void largestPartitionNumberHasAnOwner() {
        Placement placement = new Placement(7);
        int owner = placement.owner(new Uuid(Long.MAX_VALUE, Long.MIN_VALUE), Integer.MAX_VALUE);
        assertTrue(owner >= 0 && owner < 7);
    }
}
