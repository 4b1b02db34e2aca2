package io.tickwire.edge.feed;

import org.agrona.DirectBuffer;

/** Each datagram is one message, whatever it holds; no sequences, no sessions. */
public final class RawFraming implements Framing {
    private int base;
    private int length;
    private boolean walked;

    @Override
    public Kind wrap(final DirectBuffer buffer, final int offset, final int datagramLength) {
        base = offset;
        length = datagramLength;
        walked = false;
        return Kind.MESSAGES;
    }

    @Override
    public long firstSequence() {
        return -1;
    }

    @Override
    public int messageCount() {
        return 1;
    }

    @Override
    public int messageBytes() {
        return length;
    }

    @Override
    public long sessionHigh() {
        return 0;
    }

    @Override
    public long sessionLow() {
        return 0;
    }

    @Override
    public boolean next() {
        final boolean first = !walked;
        walked = true;
        return first;
    }

    @Override
    public void rewind() {
        walked = false;
    }

    @Override
    public int messageOffset() {
        return base;
    }

    @Override
    public int messageLength() {
        return length;
    }
}
