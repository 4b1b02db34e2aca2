package io.tickwire.kafka.hot;

import io.tickwire.kafka.primitive.ByteReader;
import io.tickwire.kafka.primitive.ByteWriter;
import org.agrona.DirectBuffer;

/**
 * What names a topic in a request: a range of UTF-8 bytes in old versions, a topic id in new ones (KIP-516). Overwritten by the
 * decoder that owns it.
 */
public final class TopicKey {
    private boolean hasId;
    private DirectBuffer buffer;
    private int nameOffset;
    private int nameLength;
    private long idHigh;
    private long idLow;

    void read(final ByteReader reader, final boolean flexible, final boolean asId) {
        hasId = asId;
        buffer = reader.buffer();
        if (asId) {
            idHigh = reader.int64();
            idLow = reader.int64();
            nameLength = 0;
            return;
        }
        idHigh = 0;
        idLow = 0;
        nameLength = reader.stringLength(flexible);
        nameOffset = reader.position();
        if (nameLength < 0) {
            // Not nullable in any version.
            reader.fail();
            nameLength = 0;
        }
        reader.skip(nameLength);
    }

    void write(final ByteWriter writer, final boolean flexible, final boolean asId) {
        if (asId) {
            writer.int64(idHigh);
            writer.int64(idLow);
        } else {
            writer.string(flexible, buffer, nameOffset, nameLength);
        }
    }

    /** Names a topic by id; for writing responses. */
    public TopicKey ofId(final long high, final long low) {
        hasId = true;
        idHigh = high;
        idLow = low;
        return this;
    }

    /** Names a topic by bytes that stay unchanged while this is used; for writing responses. */
    public TopicKey ofName(final DirectBuffer source, final int offset, final int length) {
        hasId = false;
        buffer = source;
        nameOffset = offset;
        nameLength = length;
        return this;
    }

    /** True when the version names topics by id. */
    public boolean hasId() {
        return hasId;
    }

    /** What the name lies in. */
    public DirectBuffer buffer() {
        return buffer;
    }

    /** Index of the name's first byte. */
    public int nameOffset() {
        return nameOffset;
    }

    /** Bytes of the name. */
    public int nameLength() {
        return nameLength;
    }

    /** Most significant half of the topic id. */
    public long idHigh() {
        return idHigh;
    }

    /** Least significant half of the topic id. */
    public long idLow() {
        return idLow;
    }
}
