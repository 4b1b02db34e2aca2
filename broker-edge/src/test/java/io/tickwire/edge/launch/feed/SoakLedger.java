package io.tickwire.edge.launch.feed;

import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.DirectBuffer;

/** What each offset holds, as the first reader saw it; every later one must see the same. Thread safe. */
final class SoakLedger {
    private static final int CHUNK = 1 << 16;

    private final Map<Long, AtomicIntegerArray> chunks = new ConcurrentHashMap<>();

    /** CRC-32C of key, then value; never 0. */
    static int crc(
            final DirectBuffer buffer, final int key, final int keyLength, final int value, final int valueLength) {
        final java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        final byte[] bytes = new byte[keyLength + valueLength];
        buffer.getBytes(key, bytes, 0, keyLength);
        buffer.getBytes(value, bytes, keyLength, valueLength);
        crc.update(bytes);
        return (int) crc.getValue();
    }

    void note(final String reader, final long offset, final int crc) {
        final int mark = crc == 0 ? 1 : crc;
        final AtomicIntegerArray chunk = chunks.computeIfAbsent(offset / CHUNK, c -> new AtomicIntegerArray(CHUNK));
        final int at = (int) (offset % CHUNK);
        if (!chunk.compareAndSet(at, 0, mark) && chunk.get(at) != mark) {
            throw new AssertionError(reader + " was given other bytes for offset " + offset + " than another reader");
        }
    }

    /** One reader's account: each offset at most once, in order. Owned by the reader's thread; the others ask when it has ended. */
    static final class Account {
        private final String reader;
        private final SoakLedger ledger;
        private final BitSet seen = new BitSet();
        private volatile long expected;
        private final AtomicLong records = new AtomicLong();
        private final AtomicLong missed = new AtomicLong();

        Account(final String reader, final SoakLedger ledger) {
            this.reader = reader;
            this.ledger = ledger;
        }

        void record(final long offset, final int crc) {
            range(offset, offset + 1);
            ledger.note(reader, offset, crc);
            records.incrementAndGet();
        }

        /** Offsets that were told of, without their bytes. */
        void range(final long from, final long to) {
            if (from < expected || to <= from) {
                throw new AssertionError(reader + ": " + from + " to " + to + " when " + expected + " was next");
            }
            seen.set((int) from, (int) to);
            expected = to;
        }

        void gap(final long from, final long to, final String cause) {
            if (!cause.equals("RETENTION")) {
                throw new AssertionError(reader + ": gap from " + from + " to " + to + ", " + cause);
            }
            missed.addAndGet(to - from);
            range(from, to);
        }

        long expected() {
            return expected;
        }

        long records() {
            return records.get();
        }

        BitSet seen() {
            return seen;
        }

        @Override
        public String toString() {
            return reader + ": next " + expected + ", " + records + " records, " + missed + " gone by retention";
        }
    }
}
