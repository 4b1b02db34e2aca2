package io.tickwire.kafka.hot;

import java.util.SplittableRandom;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ProduceRequestData;

/** Random requests for tests of other packages. */
public final class SampleRequests {
    private SampleRequests() {}

    /** As the codec tests make them. */
    public static ProduceRequestData produce(final SplittableRandom random, final short version) {
        return ProduceCodecTest.randomRequest(random, version);
    }

    /** As the codec tests make them. */
    public static FetchRequestData fetch(final SplittableRandom random, final short version) {
        return FetchRequestDecoderTest.randomRequest(random, version);
    }
}
