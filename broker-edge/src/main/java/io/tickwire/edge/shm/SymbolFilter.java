package io.tickwire.edge.shm;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import org.agrona.collections.LongHashSet;
import org.agrona.concurrent.UnsafeBuffer;

/** Accepts records whose 8-byte key is one of a set of symbols. Allocates nothing per record. */
public final class SymbolFilter implements RecordFilter {
    private final LongHashSet symbols = new LongHashSet();
    private final boolean acceptsUnkeyed;

    /**
     * @param symbols up to 8 ASCII characters each, padded with spaces on the right as ITCH does.
     * @param acceptsUnkeyed whether records without an 8-byte key (system events) pass.
     */
    public SymbolFilter(final Collection<String> symbols, final boolean acceptsUnkeyed) {
        for (final String symbol : symbols) {
            this.symbols.add(encode(symbol));
        }
        this.acceptsUnkeyed = acceptsUnkeyed;
    }

    /** The long that a symbol's 8 key bytes read as, little-endian. */
    public static long encode(final String symbol) {
        final byte[] ascii = symbol.getBytes(StandardCharsets.US_ASCII);
        if (ascii.length < 1 || ascii.length > Long.BYTES) {
            throw new IllegalArgumentException("symbol '" + symbol + "' must have 1 to 8 characters");
        }
        final byte[] padded = {' ', ' ', ' ', ' ', ' ', ' ', ' ', ' '};
        System.arraycopy(ascii, 0, padded, 0, ascii.length);
        return new UnsafeBuffer(padded).getLong(0);
    }

    @Override
    public boolean accepts(final SharedRecord record) {
        return record.hasSymbol() ? symbols.contains(record.symbol()) : acceptsUnkeyed;
    }
}
