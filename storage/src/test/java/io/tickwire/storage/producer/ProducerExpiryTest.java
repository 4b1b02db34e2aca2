package io.tickwire.storage.producer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Producers are looked at in turn, a few at a time, until each has had its turn. */
class ProducerExpiryTest {
    private static final int PRODUCERS = 1_000;
    private static final int AT_ONCE = 7;

    private final ProducerTable table = new ProducerTable();

    private void restore(final long id, final long lastTimestamp, final long transactionFirstOffset) {
        final ProducerEntry entry = new ProducerEntry(id);
        entry.epoch = 3;
        entry.lastTimestamp = lastTimestamp;
        entry.transactionFirstOffset = transactionFirstOffset;
        table.restore(entry);
    }

    @Test
    void silentProducersGoAFewAtATime() {
        for (int id = 0; id < PRODUCERS; id++) {
            restore(id, id, ProducerEntry.NO_TRANSACTION);
        }
        table.expire(PRODUCERS / 2, AT_ONCE);
        assertEquals(PRODUCERS - AT_ONCE, table.size());
        for (int left = PRODUCERS; left > 0; left -= AT_ONCE) {
            table.expire(PRODUCERS / 2, AT_ONCE);
        }
        assertEquals(PRODUCERS / 2, table.size());
        assertEquals(ProducerEntry.NO_EPOCH, table.epoch(PRODUCERS / 2 - 1));
        assertEquals(3, table.epoch(PRODUCERS / 2));
    }

    @Test
    void openTransactionAndUnknownTimeKeepAProducer() {
        restore(1, 10, 5);
        restore(2, -1, ProducerEntry.NO_TRANSACTION);
        restore(3, 10, ProducerEntry.NO_TRANSACTION);
        restore(3, 10, ProducerEntry.NO_TRANSACTION); // Known already.
        table.expire(Long.MAX_VALUE, AT_ONCE);
        table.expire(Long.MAX_VALUE, AT_ONCE);
        assertEquals(2, table.size());
        table.clear();
        table.expire(Long.MAX_VALUE, AT_ONCE);
        assertEquals(0, table.size());
    }
}
