package io.tickwire.kafka.record;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;

/** Builds {@link RecordErrors} for tests of other packages. */
public final class RefusedRecords {
    private static final String TIMESTAMP = message(true);

    private RefusedRecords() {}

    private static String message(final boolean timestamp) {
        final RecordErrors errors = new RecordErrors();
        errors.add(0, timestamp);
        return errors.message(0);
    }

    /** Up to three indexes with their messages. */
    public static Map<Integer, String> random(final SplittableRandom random) {
        final Map<Integer, String> byIndex = new TreeMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            byIndex.put(random.nextInt(1000), message(random.nextBoolean()));
        }
        return byIndex;
    }

    /** The same as Kafka's message lists them; null for none. */
    public static RecordErrors of(final List<BatchIndexAndErrorMessage> listed) {
        if (listed.isEmpty()) {
            return null;
        }
        final RecordErrors errors = new RecordErrors();
        listed.forEach(
                e -> errors.add(e.batchIndex(), e.batchIndexErrorMessage().equals(TIMESTAMP)));
        return errors;
    }
}
