package io.tickwire.edge.feed;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Messages are bytes: no key, no time, none that may be dropped. */
public final class OpaqueProtocol implements MessageProtocol {
    private static final DirectBuffer NO_KEYS = new UnsafeBuffer(new byte[0]);

    @Override
    public void learn(final DirectBuffer buffer, final int offset, final int length) {
        // Nothing to learn.
    }

    @Override
    public int keyIndex(final DirectBuffer buffer, final int offset, final int length) {
        return NO_KEY;
    }

    @Override
    public DirectBuffer keys() {
        return NO_KEYS;
    }

    @Override
    public long exchangeNs(final DirectBuffer buffer, final int offset, final int length, final long receiveEpochNs) {
        return 0;
    }

    @Override
    public boolean mustKeep(final DirectBuffer buffer, final int offset, final int length) {
        return true;
    }

    @Override
    public void reset() {
        // Nothing was learnt.
    }
}
