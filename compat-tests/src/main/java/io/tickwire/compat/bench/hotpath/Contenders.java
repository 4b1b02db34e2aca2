package io.tickwire.compat.bench.hotpath;

import java.util.List;
import java.util.stream.Collectors;

/** The contenders by name. */
final class Contenders {
    private Contenders() {}

    static List<Contender> all() {
        return List.of(
                new TickwireRingContender(),
                new TickwireFeedContender(),
                new AeronContender(),
                new ChronicleContender(),
                new AgronaBroadcastContender(),
                new AgronaRingContender(),
                new DisruptorContender(),
                new UdpContender());
    }

    static Contender named(String name) {
        return all().stream()
                .filter(contender -> contender.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("--contenders: no '" + name + "'; there are "
                        + all().stream().map(Contender::name).collect(Collectors.joining(", "))));
    }
}
