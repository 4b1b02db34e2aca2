package io.tickwire.edge.metadata.journal;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replays a coordinator's journal into its state, on the coordinator's own thread.
 *
 * <p>With one replica everything in the journal is committed, so the state is complete when the replay returns.
 */
public final class JournalLoader implements CoordinatorLoader<CoordinatorRecord> {
    private static final Logger LOG = LoggerFactory.getLogger(JournalLoader.class);

    private final CoordinatorJournals journals;
    private final Deserializer<CoordinatorRecord> deserializer;
    private final Time time;

    /** Loads from {@code journals}. */
    public JournalLoader(CoordinatorJournals journals, Deserializer<CoordinatorRecord> deserializer, Time time) {
        this.journals = journals;
        this.deserializer = deserializer;
        this.time = time;
    }

    @Override
    public CompletableFuture<LoadSummary> load(
            TopicPartition partition, CoordinatorPlayback<CoordinatorRecord> coordinator) {
        long startMs = time.milliseconds();
        try {
            RecordJournal journal = journals.get(partition).journal();
            Replay replay = new Replay(coordinator);
            long end = journal.replay(journal.startOffset(), replay::batch);
            if (replay.bytes > 0) {
                coordinator.updateLastWrittenOffset(end);
                coordinator.updateLastCommittedOffset(end);
            }
            return CompletableFuture.completedFuture(
                    new LoadSummary(startMs, time.milliseconds(), 0, replay.records, replay.bytes));
        } catch (RuntimeException e) {
            LOG.error("Cannot load {}", partition, e);
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void close() {}

    private final class Replay {
        private final CoordinatorPlayback<CoordinatorRecord> coordinator;
        private long records;
        private long bytes;

        private Replay(CoordinatorPlayback<CoordinatorRecord> coordinator) {
            this.coordinator = coordinator;
        }

        private void batch(MutableRecordBatch batch) {
            bytes += batch.sizeInBytes();
            for (Record record : batch) {
                records++;
                if (batch.isControlBatch()) {
                    marker(batch, record);
                } else {
                    data(batch, record);
                }
            }
        }

        private void marker(MutableRecordBatch batch, Record record) {
            ControlRecordType type = ControlRecordType.parse(record.key());
            if (type == ControlRecordType.COMMIT || type == ControlRecordType.ABORT) {
                coordinator.replayEndTransactionMarker(
                        batch.producerId(),
                        batch.producerEpoch(),
                        type == ControlRecordType.COMMIT ? TransactionResult.COMMIT : TransactionResult.ABORT);
            }
        }

        private void data(MutableRecordBatch batch, Record record) {
            CoordinatorRecord decoded;
            try {
                decoded = deserializer.deserialize(record.key(), record.value());
            } catch (Deserializer.UnknownRecordTypeException e) {
                LOG.warn("Ignoring a record of unknown type {} at offset {}", e.unknownType(), record.offset());
                return;
            }
            if (decoded != null) {
                coordinator.replay(record.offset(), batch.producerId(), batch.producerEpoch(), decoded);
            }
        }
    }
}
