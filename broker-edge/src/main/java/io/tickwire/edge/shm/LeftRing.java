package io.tickwire.edge.shm;

/** What a subscriber remembers of the ring it reads, to judge the one it finds after that. */
final class LeftRing {
    private long topicIdMsb;
    private long topicIdLsb;
    private long generation;
    private long journalledOffset;

    void onAttached(final RingReader ring) {
        topicIdMsb = ring.topicIdMsb();
        topicIdLsb = ring.topicIdLsb();
        generation = ring.generation();
    }

    void onDetach(final RingReader ring) {
        journalledOffset = ring.journalledOffset();
    }

    boolean isOfTheTopicOf(final RingReader next) {
        return next.topicIdMsb() == topicIdMsb && next.topicIdLsb() == topicIdLsb;
    }

    /**
     * Where the records under the offsets may be others than this ring held: its successor began there. What a successor's successor says
     * of it is not known; then nothing is taken for granted that was not yet journalled when this ring was left.
     */
    long firstOffsetGivenOutAnew(final RingReader next) {
        final boolean successor = next.generation() == generation || next.previousGeneration() == generation;
        return successor ? next.startOffset() : Math.min(next.startOffset(), journalledOffset);
    }
}
