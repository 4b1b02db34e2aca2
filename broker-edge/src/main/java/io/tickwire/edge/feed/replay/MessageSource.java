package io.tickwire.edge.feed.replay;

import java.io.IOException;
import org.agrona.DirectBuffer;

/** A recorded or made-up row of messages, read once from front to back. One thread. */
public interface MessageSource extends AutoCloseable {
    /** Goes to the next message; false after the last. */
    boolean next() throws IOException;

    /** Holds the message until the next call of {@link #next()}. */
    DirectBuffer buffer();

    int offset();

    int length();

    /** When the message was sent, ns from an origin of the source's own; never goes back. */
    long timeNs();

    @Override
    void close() throws IOException;
}
