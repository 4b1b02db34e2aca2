package io.tickwire.storage.log;

/**
 * Names one partition.
 *
 * @param topic name of the topic
 * @param topicIdMsb topic id, first half
 * @param topicIdLsb topic id, second half
 * @param partition index of the partition
 */
public record TopicKey(String topic, long topicIdMsb, long topicIdLsb, int partition) {
    /** Kafka's name for the partition and its directory. */
    public String directoryName() {
        return topic + '-' + partition;
    }
}
