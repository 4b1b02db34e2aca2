package io.tickwire.edge.feed;

import org.agrona.DirectBuffer;

/** What a feed's messages mean as far as records need it: key, time, kind. One thread per instance; allocates nothing per message. */
public interface MessageProtocol {
    /** No key. */
    int NO_KEY = -1;

    /** Learns what the message teaches (symbols). Called once per message, in order. */
    void learn(DirectBuffer buffer, int offset, int length);

    /** Index in {@link #keys()} of the message's 8-byte key, or {@link #NO_KEY} when it has none that is known. */
    int keyIndex(DirectBuffer buffer, int offset, int length);

    /** Holds the keys that {@link #keyIndex} points to. */
    DirectBuffer keys();

    /** The exchange's own time of the message, epoch ns; 0 when it has none. */
    long exchangeNs(DirectBuffer buffer, int offset, int length, long receiveEpochNs);

    /** Whether a conflating subscriber must be given this message whatever follows: trades, status, reference data. */
    boolean mustKeep(DirectBuffer buffer, int offset, int length);

    /** A new session: forget what the old one taught. */
    void reset();
}
