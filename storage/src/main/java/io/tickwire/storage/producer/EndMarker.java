package io.tickwire.storage.producer;

import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.kafka.record.RecordCursor;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * The one record of a control batch that ends a transaction.
 *
 * <p>Source: Kafka EndTransactionMarker, ControlRecordType: key = version 2, type 2; value = version 2, coordinator epoch 4.
 */
final class EndMarker {
    private static final short ABORT = 0;
    private static final short COMMIT = 1;
    private static final int TYPE_AT = 2;
    private static final int EPOCH_AT = 2;
    private static final int KEY_BYTES = 4;
    private static final int VALUE_BYTES = 6;

    private final RecordCursor cursor = new RecordCursor();
    private boolean marker;
    private boolean commit;
    private int coordinatorEpoch;

    /** Reads a control batch; {@link #isMarker()} is false when it is of another kind. */
    EndMarker read(final RecordBatchFlyweight batch) {
        final DirectBuffer buffer = batch.buffer();
        marker = false;
        cursor.wrap(buffer, batch.offset(), batch.sizeInBytes());
        if (cursor.next() && cursor.keyLength() >= KEY_BYTES && cursor.valueLength() >= VALUE_BYTES) {
            final short type = buffer.getShort(cursor.keyOffset() + TYPE_AT, ByteOrder.BIG_ENDIAN);
            marker = type == ABORT || type == COMMIT;
            commit = type == COMMIT;
            coordinatorEpoch = buffer.getInt(cursor.valueOffset() + EPOCH_AT, ByteOrder.BIG_ENDIAN);
        }
        return this;
    }

    boolean isMarker() {
        return marker;
    }

    boolean isCommit() {
        return commit;
    }

    int coordinatorEpoch() {
        return coordinatorEpoch;
    }
}
