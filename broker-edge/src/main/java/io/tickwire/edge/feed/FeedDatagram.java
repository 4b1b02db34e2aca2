package io.tickwire.edge.feed;

import java.util.Arrays;
import org.agrona.DirectBuffer;

/**
 * The datagram at hand, walked twice, once for the ring and once for the journal. Both see the same keys, whatever its messages teach the
 * protocol: the first pass learns, and notes what it saw. One thread; allocates only to grow for a datagram of more messages than any
 * before.
 */
final class FeedDatagram {
    private final Framing framing;
    private final MessageProtocol protocol;
    private int[] keyIndexes = new int[64];
    private DirectBuffer buffer;
    private boolean sequenced;
    private long firstSequence;
    private int firstIndex;
    private long receiveNs;
    private long ingressNs;
    private int index;
    private boolean learning;

    FeedDatagram(final Framing framing, final MessageProtocol protocol) {
        this.framing = framing;
        this.protocol = protocol;
    }

    /**
     * Takes the datagram that the framing is wrapped around.
     *
     * @param from index of the first message that counts.
     * @param sequence its sequence, or -1 in a feed without sequences.
     */
    void wrap(
            final DirectBuffer datagram,
            final int from,
            final long sequence,
            final long receivedNs,
            final long startedNs) {
        buffer = datagram;
        sequenced = sequence >= 0;
        firstSequence = sequence;
        firstIndex = from;
        receiveNs = receivedNs;
        ingressNs = startedNs;
        if (framing.messageCount() > keyIndexes.length) {
            keyIndexes = Arrays.copyOf(keyIndexes, Math.max(framing.messageCount(), 2 * keyIndexes.length));
        }
    }

    /** Goes before a message; {@code first} on the pass that sees the messages from there on for the first time. */
    void moveTo(final int message, final boolean first) {
        framing.rewind();
        for (int i = 0; i < message; i++) {
            framing.next();
        }
        index = message - 1;
        learning = first;
    }

    /** Goes to the next message, which there must be. */
    void next() {
        framing.next();
        index++;
        if (learning) {
            protocol.learn(buffer, offset(), length());
            keyIndexes[index] = protocol.keyIndex(buffer, offset(), length());
        }
    }

    /** Where the symbol of the message lies in the protocol's keys, or negative. */
    int keyIndex() {
        return keyIndexes[index];
    }

    int offset() {
        return framing.messageOffset();
    }

    int length() {
        return framing.messageLength();
    }

    /** Sequence of the message, 0 without sequences. */
    long sequence() {
        return sequenceOf(index);
    }

    long sequenceOf(final int message) {
        return sequenced ? firstSequence + message - firstIndex : 0;
    }

    DirectBuffer buffer() {
        return buffer;
    }

    MessageProtocol protocol() {
        return protocol;
    }

    /** Messages, those that do not count included. */
    int count() {
        return framing.messageCount();
    }

    /** Sum of the messages' lengths in bytes. */
    int messageBytes() {
        return framing.messageBytes();
    }

    /** When it was received, epoch ns. */
    long receiveNs() {
        return receiveNs;
    }

    /** When the feed handler began with it, epoch ns. */
    long ingressNs() {
        return ingressNs;
    }
}
