package io.tickwire.edge.shm;

/** Is told what became of each request, in their order. */
@FunctionalInterface
public interface AnswerHandler {
    /**
     * A request is answered.
     *
     * @param number what {@link SharedMemoryPublisher#offer} returned.
     * @param offset the record's Kafka offset, or -1 with an error.
     * @param error Kafka's error code, 0 for none.
     * @param appendTimeMs the record's timestamp where the topic has LogAppendTime, else -1.
     */
    void onAnswer(long number, long offset, short error, long appendTimeMs);
}
