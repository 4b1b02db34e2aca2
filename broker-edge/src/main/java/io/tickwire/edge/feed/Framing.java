package io.tickwire.edge.feed;

import org.agrona.DirectBuffer;

/**
 * How a feed packs messages into datagrams. A flyweight: {@link #wrap} checks one whole datagram, then {@link #next} walks its messages.
 * Bytes are never trusted. One thread per instance; allocates nothing.
 */
public interface Framing {
    /** What a datagram is. */
    enum Kind {
        /** Carries {@link #messageCount()} messages. */
        MESSAGES,
        /** Carries none; {@link #firstSequence()} is the sequence the next message will have. */
        HEARTBEAT,
        /** As HEARTBEAT, and no message of this session follows. */
        END_OF_SESSION,
        /** Not a datagram of this framing: too short, or its lengths lead out of it. */
        MALFORMED
    }

    /** Checks the datagram to its end and goes before its first message. */
    Kind wrap(DirectBuffer buffer, int offset, int length);

    /** Sequence of the first message, from 1; -1 when the framing has no sequences. */
    long firstSequence();

    int messageCount();

    /** Sum of the messages' lengths in bytes. */
    int messageBytes();

    /** First 8 bytes of the session's name as a little-endian long. */
    long sessionHigh();

    /** The rest of the session's name, 0 when it is shorter. */
    long sessionLow();

    /** Goes to the next message; false after the last. */
    boolean next();

    /** Goes before the first message again. */
    void rewind();

    int messageOffset();

    int messageLength();
}
