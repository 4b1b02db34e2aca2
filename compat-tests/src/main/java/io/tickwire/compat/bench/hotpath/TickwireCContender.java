package io.tickwire.compat.bench.hotpath;

import java.io.IOException;
import java.nio.file.Path;

/** The same ring as {@link TickwireRingContender}, read by the C subscriber (tickwire_shm.h), which is compiled on the spot. */
final class TickwireCContender implements Contender {
    private final TickwireRingContender ring = new TickwireRingContender();

    @Override
    public String name() {
        return "tickwire-c";
    }

    @Override
    public String missing() {
        return CReceiver.missing();
    }

    @Override
    public Publisher publisher(Path directory, int maxMessageBytes) {
        return ring.publisher(directory, maxMessageBytes);
    }

    @Override
    public Subscriber subscriber(Path directory, int maxMessageBytes) throws IOException {
        return CReceiver.open(directory, TickwireRingContender.channels(directory), TickwireRingContender.TOPIC);
    }
}
