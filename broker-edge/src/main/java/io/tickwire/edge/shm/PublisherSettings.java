package io.tickwire.edge.shm;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.agrona.BitUtil;

/**
 * Where to publish.
 *
 * @param directory the broker's shm.dir.
 * @param topic Kafka topic.
 * @param partition Kafka partition.
 * @param ringBytes room for requests, a power of two from 64 KiB to 64 MiB; a record takes an eighth of it at most.
 * @param maxUnanswered requests that may wait for their answers, a power of two from 8 to 65,536.
 */
public record PublisherSettings(Path directory, String topic, int partition, int ringBytes, int maxUnanswered) {
    public PublisherSettings {
        Objects.requireNonNull(directory);
        final int topicBytes = topic.getBytes(StandardCharsets.UTF_8).length;
        if (topicBytes < 1 || topicBytes > RingLayout.MAX_TOPIC_BYTES) {
            throw new IllegalArgumentException("a topic's name has 1 to " + RingLayout.MAX_TOPIC_BYTES + " bytes, got "
                    + topicBytes + ": " + topic);
        }
        if (ringBytes < RingLayout.MIN_CAPACITY
                || ringBytes > PublisherLayout.MAX_CAPACITY
                || !BitUtil.isPowerOfTwo(ringBytes)) {
            throw new IllegalArgumentException("ringBytes must be a power of two from " + RingLayout.MIN_CAPACITY
                    + " to " + PublisherLayout.MAX_CAPACITY + ", got " + ringBytes);
        }
        if (maxUnanswered < PublisherLayout.MIN_SLOTS
                || maxUnanswered > PublisherLayout.MAX_SLOTS
                || !BitUtil.isPowerOfTwo(maxUnanswered)) {
            throw new IllegalArgumentException("maxUnanswered must be a power of two from " + PublisherLayout.MIN_SLOTS
                    + " to " + PublisherLayout.MAX_SLOTS + ", got " + maxUnanswered);
        }
    }

    /** 8 MiB for requests, 1,024 of them unanswered. */
    public static PublisherSettings of(final Path directory, final String topic, final int partition) {
        return new PublisherSettings(directory, topic, partition, 8 << 20, 1024);
    }
}
