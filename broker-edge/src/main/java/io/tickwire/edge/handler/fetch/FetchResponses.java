package io.tickwire.edge.handler.fetch;

import io.tickwire.edge.handler.HotResponse;
import io.tickwire.kafka.hot.FetchRequestDecoder;
import io.tickwire.kafka.hot.FetchResponseEncoder;
import io.tickwire.kafka.hot.TopicKey;
import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.log.Isolation;
import io.tickwire.storage.log.LogSlices;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes the responses of one shard's fetches. */
final class FetchResponses {
    // Below this, copying a batch costs less than one more piece in the gather list.
    private static final int COPIED_BATCH_BYTES = 256;
    private static final int NO_PREFERRED_REPLICA = -1;
    private static final int NO_ABORTED_LIST = -1;
    private static final long UNKNOWN = -1;
    private static final short FIRST_VERSION_BY_ID = 13;

    private final FetchResponseEncoder encoder = new FetchResponseEncoder();
    private final TopicKey key = new TopicKey();
    private final UnsafeBuffer batch = new UnsafeBuffer(0, 0);
    private final Selection selection = new Selection();

    /** Answers that the session cannot be used. */
    void error(PendingFetch fetch, short error) {
        empty(fetch, error, 0, 0);
    }

    /** Answers, as Kafka to what it fails over, with an error for all, and before version 13 with one for each partition too. */
    void refuse(PendingFetch fetch, FetchRequestDecoder asked, short error) {
        while (encodeRefusal(fetch, asked, error) == FetchResponseEncoder.OVERFLOW) {
            fetch.response().grow();
        }
    }

    private int encodeRefusal(PendingFetch fetch, FetchRequestDecoder asked, short error) {
        boolean each = fetch.exchange().apiVersion() < FIRST_VERSION_BY_ID;
        begin(fetch, 0, error, asked.sessionId(), each ? asked.topicCount() : 0);
        asked.rewind();
        while (each && asked.nextTopic()) {
            encoder.topic(asked.topic(), asked.partitionCount());
            while (asked.nextPartition()) {
                encoder.partition(asked.partition().index(), error, UNKNOWN, UNKNOWN, UNKNOWN);
                encoder.abortedTransactions(0);
                encoder.records(NO_PREFERRED_REPLICA, 0);
                encoder.endPartition();
            }
            encoder.endTopic();
        }
        return encoder.end(null);
    }

    private void empty(PendingFetch fetch, short error, int sessionId, int throttleMs) {
        begin(fetch, throttleMs, error, sessionId, 0);
        while (encoder.end(null) == FetchResponseEncoder.OVERFLOW) {
            fetch.response().grow();
            begin(fetch, throttleMs, error, sessionId, 0);
        }
    }

    /** Answers with what was read, or with nothing when the client has to wait first; how long, milliseconds. */
    int write(PendingFetch fetch) {
        FetchSession session = fetch.session();
        selection.choose(fetch);
        while (encode(fetch, session == null ? 0 : session.id()) == FetchResponseEncoder.OVERFLOW) {
            fetch.response().grow();
        }
        int throttleMs = fetch.exchange().quota().fetched(fetch.response().remaining());
        if (throttleMs > 0) {
            empty(fetch, KafkaErrors.NONE, fetch.isIncremental() ? session.id() : 0, throttleMs);
        } else if (session != null) {
            selection.markSent();
            selection.rotate(session);
        }
        selection.clear();
        return throttleMs;
    }

    private void begin(PendingFetch fetch, int throttleMs, short error, int sessionId, int topicCount) {
        HotResponse response = fetch.response();
        response.restart();
        encoder.begin(
                response.scratch(),
                response,
                fetch.exchange().apiVersion(),
                fetch.exchange().correlationId(),
                throttleMs,
                error,
                sessionId,
                topicCount);
    }

    private int encode(PendingFetch fetch, int sessionId) {
        begin(fetch, 0, KafkaErrors.NONE, sessionId, selection.topicCount());
        boolean committed = fetch.isolation() == Isolation.COMMITTED;
        int i = 0;
        while (i < selection.size()) {
            int end = selection.endOfTopic(i);
            selection.slot(i).key(key);
            encoder.topic(key, end - i);
            for (; i < end; i++) {
                partition(selection.slot(i), committed);
            }
            encoder.endTopic();
        }
        return encoder.end(null);
    }

    private void partition(FetchSlot slot, boolean committed) {
        encoder.partition(
                slot.number(), slot.error(), slot.highWatermark(), slot.lastStableOffset(), slot.logStartOffset());
        LogSlices records = slot.records();
        if (isUnknown(slot.error())) {
            encoder.abortedTransactions(0);
        } else {
            aborted(records, committed);
        }
        encoder.records(NO_PREFERRED_REPLICA, (int) slot.recordBytes());
        if (records != null) {
            for (int i = 0; i < records.count(); i++) {
                if (records.length(i) < COPIED_BATCH_BYTES) {
                    batch.wrap(records.address(i), records.length(i));
                    encoder.copy(batch, 0, records.length(i));
                } else {
                    encoder.slice(records.address(i), records.length(i));
                }
            }
        }
        encoder.endPartition();
    }

    /** As Kafka: of what it does not know it says that no transaction was aborted, of the rest only when asked. */
    private static boolean isUnknown(short error) {
        return error == KafkaErrors.UNKNOWN_TOPIC_OR_PARTITION || error == KafkaErrors.UNKNOWN_TOPIC_ID;
    }

    private void aborted(LogSlices records, boolean committed) {
        if (!committed || records == null) {
            encoder.abortedTransactions(NO_ABORTED_LIST);
            return;
        }
        encoder.abortedTransactions(records.abortedCount());
        for (int i = 0; i < records.abortedCount(); i++) {
            encoder.abortedTransaction(records.abortedProducerId(i), records.abortedFirstOffset(i));
        }
    }
}
