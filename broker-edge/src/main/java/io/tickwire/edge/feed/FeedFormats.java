package io.tickwire.edge.feed;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The framings and message protocols by the names that configuration uses. */
public final class FeedFormats {
    private static final Map<String, Supplier<Framing>> FRAMINGS =
            new TreeMap<>(Map.of("moldudp64", MoldUdp64::new, "raw", RawFraming::new));
    private static final Map<String, Supplier<MessageProtocol>> PROTOCOLS =
            new TreeMap<>(Map.of("itch50", Itch50::new, "opaque", OpaqueProtocol::new));

    private FeedFormats() {}

    /** A new framing; an unknown name is an error that lists the known ones. */
    public static Framing framing(final String name) {
        return create("framing", name, FRAMINGS);
    }

    /** A new message protocol; an unknown name is an error that lists the known ones. */
    public static MessageProtocol protocol(final String name) {
        return create("protocol", name, PROTOCOLS);
    }

    private static <T> T create(final String kind, final String name, final Map<String, Supplier<T>> known) {
        final Supplier<T> supplier = known.get(name);
        if (supplier == null) {
            throw new IllegalArgumentException("unknown " + kind + " '" + name + "', known are " + known.keySet());
        }
        return supplier.get();
    }
}
