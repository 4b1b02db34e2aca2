package io.tickwire.compat.bench.hotpath;

import io.tickwire.edge.config.FeedFirst;
import java.util.List;
import java.util.stream.Collectors;

/** The contenders by name. */
final class Contenders {
    private Contenders() {}

    static List<Contender> all() {
        return List.of(
                new TickwireRingContender(),
                new TickwireCContender(),
                new TickwireFeedContender(FeedFirst.RING),
                new TickwireFeedContender(FeedFirst.JOURNAL),
                new AeronContender(),
                new ChronicleContender(),
                new AgronaBroadcastContender(),
                new AgronaRingContender(),
                new DisruptorContender(),
                new UdpContender(),
                new KafkaContender());
    }

    static Contender named(String name) {
        return all().stream()
                .filter(contender -> contender.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("--contenders: no '" + name + "'; there are "
                        + all().stream().map(Contender::name).collect(Collectors.joining(", "))));
    }
}
