package io.tickwire.edge.shm;

import java.util.ArrayList;
import java.util.List;

/** Keeps what a subscriber was told, in order. */
final class RecordingHandler implements SubscriptionHandler {
    record Received(long offset, long feedSequence, String key, String value, long publishNs) {}

    record Gap(long first, long next, GapCause cause) {}

    final List<Received> records = new ArrayList<>();
    final List<Gap> gaps = new ArrayList<>();

    @Override
    public void onRecord(final SharedRecord record) {
        records.add(new Received(
                record.offset(),
                record.feedSequence(),
                record.hasKey()
                        ? record.buffer().getStringWithoutLengthAscii(record.keyIndex(), record.keyLength())
                        : null,
                record.hasValue()
                        ? record.buffer().getStringWithoutLengthAscii(record.valueIndex(), record.valueLength())
                        : null,
                record.publishNs()));
    }

    @Override
    public void onGap(final long firstMissing, final long nextOffset, final GapCause cause) {
        gaps.add(new Gap(firstMissing, nextOffset, cause));
    }

    List<Long> offsets() {
        return records.stream().map(Received::offset).toList();
    }
}
