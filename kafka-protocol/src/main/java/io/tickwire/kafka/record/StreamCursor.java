package io.tickwire.kafka.record;

import io.tickwire.kafka.primitive.Varint;
import java.io.IOException;
import java.io.InputStream;

/**
 * Walks records out of a decompressing stream, passing over keys, values and headers, in constant memory whatever the
 * stream expands to. Same well-formedness rules as {@link RecordCursor}. One thread per instance.
 */
final class StreamCursor {
    private static final int WINDOW_BYTES = 8192;

    private final byte[] window = new byte[WINDOW_BYTES];
    private InputStream input;
    private int at;
    private int end;
    private long consumed;
    private boolean malformed;

    private int offsetDelta;
    private long timestampDelta;
    private boolean hasKey;

    void wrap(final InputStream source) {
        input = source;
        at = 0;
        end = 0;
        consumed = 0;
        malformed = false;
    }

    int offsetDelta() {
        return offsetDelta;
    }

    long timestampDelta() {
        return timestampDelta;
    }

    boolean hasKey() {
        return hasKey;
    }

    /** Reads one record; false when it is not well formed or the stream ends early. */
    boolean next() throws IOException {
        final int bodyBytes = varint();
        if (malformed || bodyBytes < 0) {
            return false;
        }
        final long bodyStart = consumed;
        readByte();
        timestampDelta = varlong();
        offsetDelta = varint();
        final int keyLength = varint();
        hasKey = keyLength >= 0;
        skip(keyLength);
        skip(varint());
        final int headerCount = varint();
        if (headerCount < 0) {
            return false;
        }
        for (int i = 0; i < headerCount && !malformed; i++) {
            final int headerKeyLength = varint();
            if (headerKeyLength < 0) {
                return false;
            }
            skip(headerKeyLength);
            skip(varint());
        }
        return !malformed && consumed - bodyStart == bodyBytes;
    }

    /** True when nothing is left. */
    boolean atEnd() throws IOException {
        return at == end && !fill();
    }

    private boolean fill() throws IOException {
        at = 0;
        end = Math.max(input.read(window, 0, WINDOW_BYTES), 0);
        return end > 0;
    }

    private byte readByte() throws IOException {
        if (at == end && !fill()) {
            malformed = true;
            return 0;
        }
        consumed++;
        return window[at++];
    }

    private void skip(final int length) throws IOException {
        int left = length;
        while (left > 0) {
            if (at == end && !fill()) {
                malformed = true;
                return;
            }
            final int step = Math.min(left, end - at);
            at += step;
            consumed += step;
            left -= step;
        }
    }

    private int varint() throws IOException {
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            final byte group = readByte();
            value |= (group & 0x7F) << shift;
            if (group >= 0) {
                return Varint.unzigzag(value);
            }
        }
        malformed = true;
        return 0;
    }

    private long varlong() throws IOException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            final byte group = readByte();
            value |= (group & 0x7FL) << shift;
            if (group >= 0) {
                return Varint.unzigzag(value);
            }
        }
        malformed = true;
        return 0;
    }
}
