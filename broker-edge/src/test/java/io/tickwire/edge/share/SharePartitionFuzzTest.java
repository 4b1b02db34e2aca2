package io.tickwire.edge.share;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.server.share.acknowledge.ShareAcknowledgementBatch;

class SharePartitionFuzzTest {
    private static final int MOST_RECORDS = 300;

    @FuzzTest
    void anyRequestsKeepThePartitionWithinItsLog(FuzzedDataProvider data) {
        ShareFixture share = new ShareFixture();
        share.deliveryLimit = data.consumeInt(2, 10);
        share.maxLocks = data.consumeInt(1, 100);
        share.batchSize = data.consumeInt();
        long logEnd = 0;
        while (data.remainingBytes() > 0) {
            String member = data.consumeBoolean() ? "a" : "b";
            switch (data.consumeInt(0, 5)) {
                case 0 -> {
                    int count = data.consumeInt(1, 20);
                    if (logEnd + count <= MOST_RECORDS) {
                        share.log(count);
                        logEnd += count;
                    }
                }
                case 1 -> {
                    share.recordLimit = data.consumeBoolean();
                    String acquired = share.fetch(member, data.consumeInt());
                    assertTrue(acquired != null);
                }
                case 2 -> acknowledge(share, member, data);
                case 3 -> share.partition.logStartMoved(data.consumeLong(0, logEnd));
                case 4 -> {
                    share.nowNs += data.consumeInt(0, 2000);
                    share.partition.commit(share.partition.expire(share.nowNs));
                }
                default -> share.partition.commit(share.partition.release(member, share.nowNs));
            }
            assertTrue(share.partition.startOffset() <= logEnd, "start");
            assertTrue(share.partition.endOffset() <= logEnd, "end");
            assertTrue(share.partition.inFlightCount() <= MOST_RECORDS, "in flight");
            assertTrue(share.partition.settledCount() <= share.partition.inFlightCount(), "settled");
        }
    }

    /** As the handlers let it through: a range that is none does not get here. */
    private static void acknowledge(ShareFixture share, String member, FuzzedDataProvider data) {
        long first = data.consumeBoolean() ? data.consumeLong(0, Long.MAX_VALUE) : data.consumeLong(0, MOST_RECORDS);
        long last = data.consumeBoolean() ? data.consumeLong(first, Long.MAX_VALUE) : first + data.consumeInt(0, 9);
        if (last < first) {
            return;
        }
        List<Byte> types = new ArrayList<>();
        long count = last - first < 10 && data.consumeBoolean() ? last - first + 1 : 1;
        for (int i = 0; i < count; i++) {
            types.add(data.consumeByte((byte) 0, (byte) 4));
        }
        try {
            StateChange change = share.partition.acknowledge(
                    member, List.of(new ShareAcknowledgementBatch(first, last, types)), share.nowNs);
            if (data.consumeBoolean()) {
                share.partition.commit(change);
            } else {
                share.partition.rollback(change, share.nowNs);
            }
        } catch (InvalidRecordStateException | InvalidRequestException e) {
            assertTrue(e.getMessage() != null);
        }
    }
}
