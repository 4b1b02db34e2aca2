package io.tickwire.edge.share;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;

/** Takes the records of aborted transactions out of what a read_committed group has acquired: they are archived, not delivered. */
final class AbortedRecords {
    private AbortedRecords() {}

    static List<AcquiredRecords> remove(
            List<AcquiredRecords> acquired, FetchedBatches fetched, InFlightRecords inFlight) {
        if (acquired.isEmpty() || !fetched.hasAborted()) {
            return acquired;
        }
        boolean[] aborted = fetched.aborted();
        List<AcquiredRecords> left = acquired;
        for (int i = 0; i < fetched.count(); i++) {
            if (aborted[i]) {
                inFlight.archive(fetched.first(i), fetched.last(i), Delivery.ACQUIRED);
                left = without(left, fetched.first(i), fetched.last(i));
            }
        }
        return left;
    }

    private static List<AcquiredRecords> without(List<AcquiredRecords> ranges, long first, long last) {
        List<AcquiredRecords> left = new ArrayList<>(ranges.size() + 1);
        for (AcquiredRecords range : ranges) {
            if (range.lastOffset() < first || range.firstOffset() > last) {
                left.add(range);
                continue;
            }
            if (range.firstOffset() < first) {
                left.add(range.duplicate().setLastOffset(first - 1));
            }
            if (range.lastOffset() > last) {
                left.add(range.duplicate().setFirstOffset(last + 1));
            }
        }
        return left;
    }
}
